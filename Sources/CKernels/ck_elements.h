// 16 elements of either type to and from float lanes.
#ifndef CK_ELEMENTS_H
#define CK_ELEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ck_lanes.h"

// Vectors are passed by value between functions that all become part of one, so no calling
// convention can differ between levels.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint16_t ck_half16 __attribute__((vector_size(32), aligned(2)));
typedef uint32_t ck_word16 __attribute__((vector_size(64), aligned(4)));

/// Keeps the bits of a mask in every lane; what it clears may be NaN.
CK_INLINE ck_float16 ck_masked(ck_float16 lanes, uint32_t mask) {
  return (ck_float16)((ck_word16)lanes & mask);
}

CK_INLINE ck_float16 ck_widen_bfloat16(ck_half16 bits) {
  return (ck_float16)(__builtin_convertvector(bits, ck_word16) << 16);
}

/// Rounds to the nearest bfloat16, ties to even; a NaN stays one.
CK_INLINE ck_half16 ck_round_to_bfloat16(ck_float16 lanes) {
  ck_word16 bits = (ck_word16)lanes, high = bits >> 16;
  ck_word16 rounded = (bits + (0x7fff + (high & 1))) >> 16;
  ck_word16 is_nan = (ck_word16)(lanes != lanes);
  return __builtin_convertvector((is_nan & (high | 0x40)) | (~is_nan & rounded), ck_half16);
}

CK_INLINE ck_float16 ck_load_16(const void *x, bool is_bfloat16) {
  if (is_bfloat16) return ck_widen_bfloat16(*(const ck_half16 *)x);
  return *(const ck_float16 *)x;
}

CK_INLINE void ck_store_16(void *y, ck_float16 lanes, bool is_bfloat16) {
  if (is_bfloat16) {
    *(ck_half16 *)y = ck_round_to_bfloat16(lanes);
  } else {
    *(ck_float16 *)y = lanes;
  }
}

/// Copies n elements, at most 16.
CK_INLINE void ck_copy_some(void *to, const void *from, size_t n, bool is_bfloat16) {
  if (is_bfloat16) {
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < n; k++) ((uint16_t *)to)[k] = ((const uint16_t *)from)[k];
  } else {
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < n; k++) ((float *)to)[k] = ((const float *)from)[k];
  }
}

/// The first n elements, at most 16, and zeros.
CK_INLINE ck_float16 ck_load_some(const void *x, size_t n, bool is_bfloat16) {
  float room[16] = {0};
  ck_copy_some(room, x, n, is_bfloat16);
  return ck_load_16(room, is_bfloat16);
}

#endif
