// Loads and stores of elements of either type, as float32.
//
// `type` is a constant wherever these are used: a kernel is one inlined body, called once with each
// type, and each call gets its own vector loop.
#ifndef CK_ELEMENT_H
#define CK_ELEMENT_H

#include "ck_bfloat16.h"
#include "ck_math.h"

CK_INLINE float ck_widened(ck_bfloat16 x) { return ck_from_bits((int32_t)((uint32_t)x << 16)); }

CK_INLINE ck_bfloat16 ck_rounded(float x) {
  const uint32_t bits = (uint32_t)ck_to_bits(x);
  const uint32_t nearest = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  // Rounding might carry a NaN over to infinity: it is cut, and made quiet.
  return (ck_bfloat16)(x != x ? (bits >> 16) | 0x40u : nearest);
}

CK_INLINE float ck_load(const ck_element_type type, const void *x, size_t i) {
  return type == CK_BFLOAT16 ? ck_widened(((const ck_bfloat16 *)x)[i]) : ((const float *)x)[i];
}

CK_INLINE void ck_store(const ck_element_type type, void *y, size_t i, float value) {
  if (type == CK_BFLOAT16) {
    ((ck_bfloat16 *)y)[i] = ck_rounded(value);
  } else {
    ((float *)y)[i] = value;
  }
}

#endif
