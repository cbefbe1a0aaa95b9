// The points of a block of tiles in memory, and their matrix products.
#ifndef CK_WINOGRAD_POINTS_H
#define CK_WINOGRAD_POINTS_H

#include <stdbool.h>

#include "ck_winograd_fetch.h"
#include "ck_winograd_tile.h"

/// 36 matrices, one for each point, of some rows (tiles, or channels) and groups of 16 columns
/// (channels): [36][groups][rows][16], so that products read them in the order of memory. 16 more
/// floats lie between matrices, which would share cache sets without.
typedef struct {
  float *data;
  /// Rows of a group.
  size_t rows;
  /// Floats from a matrix to the next.
  size_t stride;
} ck_winograd_points;

/// Rows whose sums are registers at once. Six suit all levels: enough to hide the latency of an
/// addition, and with 256-bit registers, two to a row, few enough.
#define CK_WINOGRAD_HEIGHT 6

/// Groups of 16 channels; the last may be partly empty.
CK_INLINE size_t ck_winograd_groups(size_t channels) { return (channels + 15) / 16; }

/// Tiles of a block: as many as keep inputs and outputs in the second-level cache, but enough for
/// the weights to be worth their way there. A multiple of CK_WINOGRAD_HEIGHT.
CK_INLINE size_t ck_winograd_block_rows(size_t inputs, size_t outputs) {
  const size_t floats = 196608;
  const size_t groups = ck_winograd_groups(inputs) + ck_winograd_groups(outputs);
  const size_t rows = floats / (CK_WINOGRAD_POINTS * 16 * groups);
  const size_t whole = rows / CK_WINOGRAD_HEIGHT * CK_WINOGRAD_HEIGHT;
  return whole < 24 ? 24 : whole > 48 ? 48 : whole;
}

/// Memory handed out piece by piece; with no start it only counts.
typedef struct {
  float *start;
  size_t used;
} ck_winograd_scratch;

CK_INLINE float *ck_winograd_take(ck_winograd_scratch *scratch, size_t count) {
  float *piece = scratch->start == NULL ? NULL : scratch->start + scratch->used;
  scratch->used += count;
  return piece;
}

CK_INLINE ck_winograd_points ck_winograd_take_points(ck_winograd_scratch *scratch, size_t rows,
                                                     size_t channels) {
  ck_winograd_points points = {NULL, rows, 16 * rows * ck_winograd_groups(channels) + 16};
  points.data = ck_winograd_take(scratch, CK_WINOGRAD_POINTS * points.stride);
  return points;
}

/// sums[r] += left[r * row] * right over `count` steps, in each of which left advances by `step`
/// and right by 16. `height` is a constant: the sums are registers.
CK_INLINE void ck_winograd_accumulate(ck_float16 *sums, size_t height, const float *left,
                                      size_t row, size_t step, const float *right, size_t count) {
  for (size_t s = 0; s < count; s++, left += step, right += 16) {
    const ck_float16 factors = *(const ck_float16 *)right;
    CK_UNROLL
    for (size_t r = 0; r < height; r++) sums[r] = left[r * row] * factors + sums[r];
  }
}

/// m = v u for each point: `count` tiles of inputs, rounded up to whole heights, times weights.
///
/// Sums run over the inputs in order. Fetches two regions meanwhile.
CK_INLINE void ck_winograd_multiply(ck_winograd_points v, size_t inputs, ck_winograd_points u,
                                    size_t outputs, ck_winograd_points m, size_t count,
                                    ck_winograd_region regions[2]) {
  for (size_t p = 0; p < CK_WINOGRAD_POINTS; p++) {
    ck_winograd_fetch(&regions[0], p);
    ck_winograd_fetch(&regions[1], p);
    for (size_t g = 0; g < ck_winograd_groups(outputs); g++) {
      const float *right = u.data + p * u.stride + 16 * g * u.rows;
      float *products = m.data + p * m.stride + 16 * g * m.rows;
      for (size_t t = 0; t < count; t += CK_WINOGRAD_HEIGHT) {
        const float *left = v.data + p * v.stride + 16 * t;
        ck_float16 sums[CK_WINOGRAD_HEIGHT] = {0};
        for (size_t c = 0; c < inputs; c += 16) {
          ck_winograd_accumulate(sums, CK_WINOGRAD_HEIGHT, left + c * v.rows, 16, 1, right + 16 * c,
                                 inputs - c < 16 ? inputs - c : 16);
        }
        CK_UNROLL
        for (size_t r = 0; r < CK_WINOGRAD_HEIGHT; r++) {
          *(ck_float16 *)(products + 16 * (t + r)) = sums[r];
        }
      }
    }
  }
}

/// `height` channels' part of a block's sums over tiles.
CK_INLINE void ck_winograd_add_rows(const float *v, const float *z, size_t count, size_t height,
                                    bool is_first, float *sums) {
  ck_float16 block[CK_WINOGRAD_HEIGHT] = {0};
  ck_winograd_accumulate(block, height, v, 1, 16, z, count);
  CK_UNROLL
  for (size_t r = 0; r < height; r++) {
    ck_float16 *sum = (ck_float16 *)(sums + 16 * r);
    *sum = is_first ? block[r] : *sum + block[r];
  }
}

/// sums += v^T z for each point, over `count` tiles of inputs and gradients; sums = v^T z for the
/// first block.
///
/// Sums run over the tiles of a block, and then over the blocks, in order. Fetches two regions
/// meanwhile.
CK_INLINE void ck_winograd_add_products(ck_winograd_points v, size_t inputs, ck_winograd_points z,
                                        size_t outputs, size_t count, bool is_first,
                                        ck_winograd_points sums,
                                        ck_winograd_region regions[2]) {
  for (size_t p = 0; p < CK_WINOGRAD_POINTS; p++) {
    ck_winograd_fetch(&regions[0], p);
    ck_winograd_fetch(&regions[1], p);
    for (size_t c = 0; c < inputs; c += 16) {
      const float *left = v.data + p * v.stride + c * v.rows;
      for (size_t g = 0; g < ck_winograd_groups(outputs); g++) {
        const float *right = z.data + p * z.stride + 16 * g * z.rows;
        float *to = sums.data + p * sums.stride + 16 * (g * sums.rows + c);
        ck_winograd_add_rows(left, right, count, 6, is_first, to);
        ck_winograd_add_rows(left + 6, right, count, 5, is_first, to + 6 * 16);
        ck_winograd_add_rows(left + 11, right, count, 5, is_first, to + 11 * 16);
      }
    }
  }
}

#endif
