// The points of a block of tiles in memory, and their matrix products.
#ifndef CK_WINOGRAD_POINTS_H
#define CK_WINOGRAD_POINTS_H

#include "ck_winograd_tile.h"

/// 36 matrices, one for each point, of some rows (tiles, or channels) and groups of 16 columns
/// (channels): [36][groups][rows][16], so that a product's operands are read in the order of memory.
/// 16 more floats lie between matrices, which would share cache sets without.
typedef struct {
  float *data;
  /// Rows of a group.
  size_t rows;
  /// Floats from a matrix to the next.
  size_t stride;
} ck_winograd_points;

CK_INLINE size_t ck_winograd_groups(size_t channels) { return (channels + 15) / 16; }

/// Makes points at the start of scratch memory, and moves that behind them.
CK_INLINE ck_winograd_points ck_winograd_make_points(size_t rows, size_t channels,
                                                     float **scratch) {
  ck_winograd_points points = {*scratch, rows, 16 * rows * ck_winograd_groups(channels) + 16};
  *scratch += CK_WINOGRAD_POINTS * points.stride;
  return points;
}

/// sums[r][g] += left[r * row] * right[g * group ..< + 16], over `count` steps that advance left
/// by `step` and right by 16. `height` and `groups` (1 or 2) are constants: the sums are registers.
CK_INLINE void ck_winograd_accumulate(ck_float16 (*sums)[2], size_t height, size_t groups,
                                      const float *left, size_t row, size_t step,
                                      const float *right, size_t group, size_t count) {
  for (size_t s = 0; s < count; s++, left += step, right += 16) {
    ck_float16 factors[2];
    CK_UNROLL
    for (size_t g = 0; g < groups; g++) factors[g] = *(const ck_float16 *)(right + g * group);
    CK_UNROLL
    for (size_t r = 0; r < height; r++) {
      const float factor = left[r * row];
      CK_UNROLL
      for (size_t g = 0; g < groups; g++) sums[r][g] = factor * factors[g] + sums[r][g];
    }
  }
}

/// `height` rows and `groups` groups of one point's product of tiles and weights.
CK_INLINE void ck_winograd_multiply_rows(const float *v, size_t rows, size_t inputs,
                                         const float *u, float *m, size_t height, size_t groups) {
  ck_float16 sums[12][2] = {0};
  for (size_t c = 0; c < inputs; c += 16) {
    const size_t n = inputs - c < 16 ? inputs - c : 16;
    ck_winograd_accumulate(sums, height, groups, v + c * rows, 16, 1, u + 16 * c, 16 * inputs, n);
  }
  CK_UNROLL
  for (size_t r = 0; r < height; r++) {
    CK_UNROLL
    for (size_t g = 0; g < groups; g++) *(ck_float16 *)(m + 16 * (g * rows + r)) = sums[r][g];
  }
}

/// m = v u for each point: `count` tiles of inputs, rounded up to 12, times weights [inputs] of
/// groups of outputs.
CK_INLINE void ck_winograd_multiply(ck_winograd_points v, size_t inputs, ck_winograd_points u,
                                    size_t outputs, ck_winograd_points m, size_t count) {
  const size_t groups = ck_winograd_groups(outputs);
  for (size_t p = 0; p < CK_WINOGRAD_POINTS; p++) {
    const float *left = v.data + p * v.stride;
    for (size_t g = 0; g < groups; g += 2) {
      const float *right = u.data + p * u.stride + 16 * g * u.rows;
      float *to = m.data + p * m.stride + 16 * g * m.rows;
      for (size_t t = 0; t < count; t += 12) {
        if (g + 1 < groups) {
          ck_winograd_multiply_rows(left + 16 * t, v.rows, inputs, right, to + 16 * t, 12, 2);
        } else {
          ck_winograd_multiply_rows(left + 16 * t, v.rows, inputs, right, to + 16 * t, 12, 1);
        }
      }
    }
  }
}

/// `height` rows, from the first of v on, and `groups` groups of one point's sum over tiles.
CK_INLINE void ck_winograd_add_rows(const float *v, const float *z, size_t rows, size_t count,
                                    float *sums, size_t inputs, bool is_first, size_t height, size_t groups) {
  ck_float16 block[16][2] = {0};
  ck_winograd_accumulate(block, height, groups, v, 1, 16, z, 16 * rows, count);
  CK_UNROLL
  for (size_t r = 0; r < height; r++) {
    CK_UNROLL
    for (size_t g = 0; g < groups; g++) {
      ck_float16 *to = (ck_float16 *)(sums + 16 * (g * inputs + r));
      *to = is_first ? block[r][g] : *to + block[r][g];
    }
  }
}

/// sums += v^T z for each point.
CK_INLINE void ck_winograd_add_products(ck_winograd_points v, size_t inputs, ck_winograd_points z,
                                        size_t outputs, ck_winograd_points sums, size_t count, bool is_first) {
  const size_t groups = ck_winograd_groups(outputs), in_groups = ck_winograd_groups(inputs);
  for (size_t p = 0; p < CK_WINOGRAD_POINTS; p++) {
    for (size_t c = 0; c < in_groups; c++) {
      const float *left = v.data + p * v.stride + 16 * c * v.rows;
      for (size_t g = 0; g < groups; g += 2) {
        const float *right = z.data + p * z.stride + 16 * g * z.rows;
        float *to = sums.data + p * sums.stride + 16 * (g * sums.rows + 16 * c);
        if (g + 1 < groups) {
          ck_winograd_add_rows(left, right, z.rows, count, to, sums.rows, is_first, 8, 2);
          ck_winograd_add_rows(left + 8, right, z.rows, count, to + 128, sums.rows, is_first, 8, 2);
        } else {
          ck_winograd_add_rows(left, right, z.rows, count, to, sums.rows, is_first, 16, 1);
        }
      }
    }
  }
}

#endif
