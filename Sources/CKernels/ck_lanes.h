// Fixed lanes: the one order in which this module sums along a buffer.
//
// Element i is added to lane i mod L; lanes are joined by halves (lane j takes lane j + L/2, then
// j + L/4, ...). The order is the same for any register width. Lanes are vector types, since the
// compiler splits those over the registers it has, but cannot be relied on to do so for arrays.
#ifndef CK_LANES_H
#define CK_LANES_H

#include <stddef.h>
#include <string.h>

#include "ck_clones.h"

typedef float ck_float8 __attribute__((vector_size(32), aligned(4)));
typedef float ck_float16 __attribute__((vector_size(64), aligned(4)));
typedef double ck_double8 __attribute__((vector_size(64), aligned(8)));

/// Joins 16 float lanes.
CK_INLINE float ck_join_lanes(const float *lanes) {
  float a[8], b[4];
  for (int j = 0; j < 8; j++) a[j] = lanes[j] + lanes[j + 8];
  for (int j = 0; j < 4; j++) b[j] = a[j] + a[j + 4];
  return (b[0] + b[2]) + (b[1] + b[3]);
}

/// 32 lanes in double; zero them before use.
typedef struct {
  ck_double8 lane[4];
} ck_double_lanes;

CK_INLINE double ck_join_double_lanes(const ck_double_lanes *sums) {
  ck_double8 sum = (sums->lane[0] + sums->lane[2]) + (sums->lane[1] + sums->lane[3]);
  double a[4];
  for (int j = 0; j < 4; j++) a[j] = sum[j] + sum[j + 4];
  return (a[0] + a[2]) + (a[1] + a[3]);
}

CK_INLINE void ck_add_32(ck_double_lanes *sums, const float *x) {
  for (int k = 0; k < 4; k++) {
    sums->lane[k] += __builtin_convertvector(*(const ck_float8 *)(x + 8 * k), ck_double8);
  }
}

CK_INLINE void ck_add_32_squares(ck_double_lanes *sums, const float *x) {
  for (int k = 0; k < 4; k++) {
    ck_double8 v = __builtin_convertvector(*(const ck_float8 *)(x + 8 * k), ck_double8);
    sums->lane[k] = v * v + sums->lane[k];
  }
}

/// Adds a block of floats to the lanes; every block but the last is a multiple of 32.
CK_INLINE void ck_add_block(ck_double_lanes *sums, const float *x, size_t n) {
  size_t i = 0;
  for (; i + 32 <= n; i += 32) ck_add_32(sums, x + i);
  if (i < n) {
    float rest[32] = {0};
    memcpy(rest, x + i, (n - i) * sizeof(float));
    ck_add_32(sums, rest);
  }
}

/// As ck_add_block with the squares, which are exact in double.
CK_INLINE void ck_add_block_of_squares(ck_double_lanes *sums, const float *x, size_t n) {
  size_t i = 0;
  for (; i + 32 <= n; i += 32) ck_add_32_squares(sums, x + i);
  if (i < n) {
    float rest[32] = {0};
    memcpy(rest, x + i, (n - i) * sizeof(float));
    ck_add_32_squares(sums, rest);
  }
}

#endif
