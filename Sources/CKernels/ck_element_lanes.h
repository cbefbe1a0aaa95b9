// Vectors of 16 elements of either type, as float32, and of small whole numbers.
//
// `type` and `is_wide` are constants wherever these are used. Vectors go in and out through
// pointers, since how they would be passed depends on the instruction set.
#ifndef CK_ELEMENT_LANES_H
#define CK_ELEMENT_LANES_H

#include "ck_element.h"

// Extended vectors, since those alone may stand before `?:` in C.
typedef float ck_floats __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t ck_ints __attribute__((ext_vector_type(16), aligned(4)));
typedef uint16_t ck_shorts __attribute__((ext_vector_type(16), aligned(2)));
typedef uint8_t ck_bytes __attribute__((ext_vector_type(16), aligned(1)));

/// Lanes of a vector.
#define CK_LANES 16

/// Loads n elements from x[i] on, 16 at most; the other lanes become 0.
CK_INLINE void ck_load_lanes(const ck_element_type type, const void *x, size_t i, size_t n,
                             ck_floats *lanes) {
  if (n < CK_LANES) {
    float some[CK_LANES] = {0};
    for (size_t j = 0; j < n; j++) some[j] = ck_load(type, x, i + j);
    *lanes = *(const ck_floats *)some;
  } else if (type == CK_BFLOAT16) {
    const ck_shorts bits = *(const ck_shorts *)((const ck_bfloat16 *)x + i);
    *lanes = (ck_floats)(__builtin_convertvector(bits, ck_ints) << 16);
  } else {
    *lanes = *(const ck_floats *)((const float *)x + i);
  }
}

/// Stores the first n lanes, 16 at most, from y[i] on.
CK_INLINE void ck_store_lanes(const ck_element_type type, void *y, size_t i, size_t n,
                              const ck_floats *lanes) {
  if (n < CK_LANES) {
    for (size_t j = 0; j < n; j++) ck_store(type, y, i + j, (*lanes)[j]);
  } else if (type == CK_BFLOAT16) {
    // As ck_rounded.
    const ck_ints bits = (ck_ints)*lanes;
    const ck_ints nearest = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    const ck_ints rounded = *lanes != *lanes ? (bits >> 16) | 0x40 : nearest;
    *(ck_shorts *)((ck_bfloat16 *)y + i) = __builtin_convertvector(rounded, ck_shorts);
  } else {
    *(ck_floats *)((float *)y + i) = *lanes;
  }
}

/// Loads n whole numbers, of 4 bytes where they are wide, else of 1; the other lanes become 0.
CK_INLINE void ck_load_ints(const bool is_wide, const void *x, size_t i, size_t n,
                            ck_ints *lanes) {
  if (n < CK_LANES) {
    int32_t some[CK_LANES] = {0};
    for (size_t j = 0; j < n; j++) {
      some[j] = is_wide ? ((const int32_t *)x)[i + j] : ((const uint8_t *)x)[i + j];
    }
    *lanes = *(const ck_ints *)some;
  } else if (is_wide) {
    *lanes = *(const ck_ints *)((const int32_t *)x + i);
  } else {
    *lanes = __builtin_convertvector(*(const ck_bytes *)((const uint8_t *)x + i), ck_ints);
  }
}

/// Stores the first n whole numbers, as ck_load_ints loads them.
CK_INLINE void ck_store_ints(const bool is_wide, void *y, size_t i, size_t n,
                             const ck_ints *lanes) {
  if (n < CK_LANES) {
    for (size_t j = 0; j < n; j++) {
      if (is_wide) {
        ((int32_t *)y)[i + j] = (*lanes)[j];
      } else {
        ((uint8_t *)y)[i + j] = (uint8_t)(*lanes)[j];
      }
    }
  } else if (is_wide) {
    *(ck_ints *)((int32_t *)y + i) = *lanes;
  } else {
    *(ck_bytes *)((uint8_t *)y + i) = __builtin_convertvector(*lanes, ck_bytes);
  }
}

#endif
