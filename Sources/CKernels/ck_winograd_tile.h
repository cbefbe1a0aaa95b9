// The transforms of one line of a tile, 16 channels at a time: the matrices of ck_winograd.h times
// a vector. Pairs of points share their even and their odd part.
#ifndef CK_WINOGRAD_TILE_H
#define CK_WINOGRAD_TILE_H

#include "ck_elements.h"

/// The points' pairs are +-A and +-B = +-1 / A.
#define CK_WINOGRAD_A (2.0f / 3.0f)
#define CK_WINOGRAD_A2 (4.0f / 9.0f)
#define CK_WINOGRAD_A3 (8.0f / 27.0f)
#define CK_WINOGRAD_B 1.5f
#define CK_WINOGRAD_B2 2.25f
#define CK_WINOGRAD_B3 3.375f
/// 1 / (2 (B^2 - A^2)).
#define CK_WINOGRAD_C (18.0f / 65.0f)

/// Inputs of a tile along each axis, which are its points too, and outputs.
#define CK_WINOGRAD_IN 6
#define CK_WINOGRAD_OUT 4
#define CK_WINOGRAD_POINTS 36

/// Before a short loop over registers.
#define CK_UNROLL _Pragma("clang loop unroll(full)")

/// The first row of B^T times elements 0, 2 and 4, which is the last times elements 1, 3 and 5.
CK_INLINE ck_float16 ck_winograd_input_end(ck_float16 d0, ck_float16 d2, ck_float16 d4) {
  ck_float16 sum = d0 + d4;
  return sum - (CK_WINOGRAD_A2 + CK_WINOGRAD_B2) * d2;
}

/// The two rows of B^T for the points +-1 / p; q and r are p's second and third power.
CK_INLINE void ck_winograd_input_pair(float p, float q, float r, ck_float16 d1, ck_float16 d2,
                                      ck_float16 d3, ck_float16 d4, ck_float16 *plus,
                                      ck_float16 *minus) {
  ck_float16 even = p * d4;
  even = even - r * d2;
  ck_float16 odd = d3 - q * d1;
  *plus = even + odd;
  *minus = even - odd;
}

/// Six points from six inputs: B^T d.
CK_INLINE void ck_winograd_input_line(const ck_float16 *d, ck_float16 *v) {
  v[0] = ck_winograd_input_end(d[0], d[2], d[4]);
  ck_winograd_input_pair(CK_WINOGRAD_B, CK_WINOGRAD_B2, CK_WINOGRAD_B3, d[1], d[2], d[3], d[4],
                         v + 1, v + 2);
  ck_winograd_input_pair(CK_WINOGRAD_A, CK_WINOGRAD_A2, CK_WINOGRAD_A3, d[1], d[2], d[3], d[4],
                         v + 3, v + 4);
  v[5] = ck_winograd_input_end(d[1], d[3], d[5]);
}

/// Four outputs from six products: A^T m.
CK_INLINE void ck_winograd_output_line(const ck_float16 *m, ck_float16 *y) {
  ck_float16 sum_a = m[1] + m[2], difference_a = m[1] - m[2];
  ck_float16 sum_b = m[3] + m[4], difference_b = m[3] - m[4];
  ck_float16 first = CK_WINOGRAD_B * sum_a + m[0];
  ck_float16 third = CK_WINOGRAD_A * sum_a;
  ck_float16 fourth = CK_WINOGRAD_A2 * difference_a + m[5];
  y[0] = CK_WINOGRAD_A * sum_b + first;
  y[1] = difference_a + difference_b;
  y[2] = CK_WINOGRAD_B * sum_b + third;
  y[3] = CK_WINOGRAD_B2 * difference_b + fourth;
}

/// Six points from four gradients: A g.
CK_INLINE void ck_winograd_gradient_line(const ck_float16 *g, ck_float16 *z) {
  ck_float16 even_a = CK_WINOGRAD_A * g[2], even_b = CK_WINOGRAD_B * g[2];
  even_a = CK_WINOGRAD_B * g[0] + even_a;
  even_b = CK_WINOGRAD_A * g[0] + even_b;
  ck_float16 odd_a = CK_WINOGRAD_A2 * g[3] + g[1], odd_b = CK_WINOGRAD_B2 * g[3] + g[1];
  z[0] = g[0];
  z[1] = even_a + odd_a;
  z[2] = even_a - odd_a;
  z[3] = even_b + odd_b;
  z[4] = even_b - odd_b;
  z[5] = g[3];
}

/// Six points from three weights: G w.
CK_INLINE void ck_winograd_weight_line(const ck_float16 *w, ck_float16 *u) {
  ck_float16 even_a = CK_WINOGRAD_A2 * w[2] + w[0], odd_a = CK_WINOGRAD_A * w[1];
  ck_float16 even_b = CK_WINOGRAD_B2 * w[2] + w[0], odd_b = CK_WINOGRAD_B * w[1];
  u[0] = w[0];
  u[1] = -CK_WINOGRAD_C * (even_a + odd_a);
  u[2] = -CK_WINOGRAD_C * (even_a - odd_a);
  u[3] = CK_WINOGRAD_C * (even_b + odd_b);
  u[4] = CK_WINOGRAD_C * (even_b - odd_b);
  u[5] = w[2];
}

/// Three weights' gradients from six points: G^T u.
CK_INLINE void ck_winograd_weight_gradient_line(const ck_float16 *u, ck_float16 *w) {
  ck_float16 sum_a = u[1] + u[2], difference_a = u[1] - u[2];
  ck_float16 sum_b = u[3] + u[4], difference_b = u[3] - u[4];
  ck_float16 first = sum_b - sum_a;
  ck_float16 second = CK_WINOGRAD_A * difference_a, third = CK_WINOGRAD_A2 * sum_a;
  second = CK_WINOGRAD_B * difference_b - second;
  third = CK_WINOGRAD_B2 * sum_b - third;
  w[0] = CK_WINOGRAD_C * first + u[0];
  w[1] = CK_WINOGRAD_C * second;
  w[2] = CK_WINOGRAD_C * third + u[5];
}

#endif
