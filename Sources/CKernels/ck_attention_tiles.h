// What the passes of attention are made of: products of 8 rows with many columns in registers,
// packed copies of a head's rows, and tiles of scores.
//
// A head's rows are packed to a `width` that is a multiple of 16, their number rounded up to tiles,
// and filled up with zeros: so no product has a rest, and what lies outside adds nothing.
#ifndef CK_ATTENTION_TILES_H
#define CK_ATTENTION_TILES_H

#include <stdbool.h>

#include "ck_attention.h"
#include "ck_lanes.h"
#include "ck_math.h"
#include "ck_philox_blocks.h"

/// Rows of a tile: with two groups of 16 columns its sums fill half of AVX-512's registers, which
/// hides the latency of their additions.
#define CK_TILE 8

/// Queries and keys of a block: its keys, values and scores stay in the innermost cache.
#define CK_QUERIES 32
#define CK_KEYS 64

#define CK_UNROLL _Pragma("clang loop unroll(full)")

CK_INLINE size_t ck_round_up(size_t n, size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

CK_INLINE size_t ck_smaller(size_t a, size_t b) { return a < b ? a : b; }

/// A left factor: row r, step k at `at[r * row + k * step]`.
typedef struct {
  const float *at;
  size_t row, step;
} ck_left;

/// A right factor: step k, column 16 g + c at `at[k * step + g * group + c]`.
typedef struct {
  const float *at;
  size_t step, group;
} ck_right;

/// One or two groups of columns of a tile's product; each element's sum goes along the steps.
CK_INLINE void ck_multiply_groups(const size_t groups, ck_left a, ck_right b, size_t steps,
                                  bool adds, float *c, size_t c_row) {
  ck_float16 sums[CK_TILE][2];
  CK_UNROLL
  for (size_t r = 0; r < CK_TILE; r++) {
    CK_UNROLL
    for (size_t g = 0; g < groups; g++) {
      sums[r][g] = adds ? *(const ck_float16 *)(c + r * c_row + 16 * g) : (ck_float16){0};
    }
  }
  for (size_t k = 0; k < steps; k++, a.at += a.step, b.at += b.step) {
    CK_UNROLL
    for (size_t r = 0; r < CK_TILE; r++) {
      CK_UNROLL
      for (size_t g = 0; g < groups; g++) {
        sums[r][g] = a.at[r * a.row] * *(const ck_float16 *)(b.at + g * b.group) + sums[r][g];
      }
    }
  }
  CK_UNROLL
  for (size_t r = 0; r < CK_TILE; r++) {
    CK_UNROLL
    for (size_t g = 0; g < groups; g++) *(ck_float16 *)(c + r * c_row + 16 * g) = sums[r][g];
  }
}

/// c [8, cols] = a [8, steps] b [steps, cols], added to c where asked; cols is a multiple of 16.
CK_INLINE void ck_multiply_tile(ck_left a, ck_right b, size_t steps, bool adds, float *c,
                                size_t c_row, size_t cols) {
  size_t j = 0;
  for (; j + 32 <= cols; j += 32, b.at += 2 * b.group) {
    ck_multiply_groups(2, a, b, steps, adds, c + j, c_row);
  }
  if (j < cols) ck_multiply_groups(1, a, b, steps, adds, c + j, c_row);
}

/// Copies rows, each times a scale, and fills up with zeros.
CK_INLINE void ck_pack_rows(const float *x, size_t stride, size_t rows, size_t cols, float scale,
                            float *to, size_t to_rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += stride, to += width) {
    CK_ELEMENTWISE_SHORT
    for (size_t c = 0; c < cols; c++) to[c] = x[c] * scale;
    if (cols < width) memset(to + cols, 0, (width - cols) * sizeof(float));
  }
  if (rows < to_rows) memset(to, 0, (to_rows - rows) * width * sizeof(float));
}

/// Copies rows back, each times a scale.
CK_INLINE void ck_unpack_rows(const float *x, size_t width, size_t rows, size_t cols, float scale,
                              float *to, size_t stride) {
  for (size_t r = 0; r < rows; r++, x += width, to += stride) {
    CK_ELEMENTWISE_SHORT
    for (size_t c = 0; c < cols; c++) to[c] = x[c] * scale;
  }
}

/// Transposes 16 rows of 16: four perfect shuffles turn the 8-bit number of each element by half.
CK_INLINE void ck_transpose_16(const float *x, size_t stride, float *to) {
  ck_float16 a[16], b[16];
  for (size_t i = 0; i < 16; i++) a[i] = *(const ck_float16 *)(x + i * stride);
  CK_UNROLL
  for (int stage = 0; stage < 4; stage++) {
    CK_UNROLL
    for (size_t i = 0; i < 8; i++) {
      b[2 * i] = __builtin_shufflevector(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                         6, 22, 7, 23);
      b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                             13, 29, 14, 30, 15, 31);
    }
    CK_UNROLL
    for (size_t i = 0; i < 16; i++) a[i] = b[i];
  }
  for (size_t i = 0; i < 16; i++) *(ck_float16 *)(to + 16 * i) = a[i];
}

/// Packed rows [rows, width] to panels of 16 rows, each [width, 16]: columns of a right factor.
CK_INLINE void ck_transpose_panels(const float *packed, size_t rows, size_t width, float *panels) {
  for (size_t r = 0; r < rows; r += 16) {
    for (size_t c = 0; c < width; c += 16) {
      ck_transpose_16(packed + r * width + c, width, panels + r * width + 16 * c);
    }
  }
}

/// The columns of some keys in panels, as a right factor.
CK_INLINE ck_right ck_panels(const float *panels, size_t key, size_t width) {
  return (ck_right){panels + key * width, 16, 16 * width};
}

/// Packed rows as a right factor.
CK_INLINE ck_right ck_packed(const float *rows, size_t first, size_t width) {
  return (ck_right){rows + first * width, width, 16};
}

/// The first keys that a query sees, at least one.
CK_INLINE size_t ck_seen_keys(const ck_attention_shape *shape, size_t query) {
  return shape->is_causal ? ck_smaller(query + 1, shape->keys) : shape->keys;
}

/// The keys from `key` on, in its block, that any query of a tile sees.
CK_INLINE size_t ck_tile_keys(const ck_attention_shape *shape, size_t query, size_t key) {
  const size_t seen = ck_seen_keys(shape, query + CK_TILE - 1);
  return seen <= key ? 0 : ck_smaller(seen - key, CK_KEYS);
}

/// The scores of a tile of packed, scaled queries; -inf for keys that a query does not see.
CK_INLINE void ck_score_tile(const ck_attention_shape *shape, const float *queries, size_t query,
                             const float *key_panels, size_t key, size_t width, size_t cols,
                             float *scores) {
  ck_multiply_tile((ck_left){queries, width, 1}, ck_panels(key_panels, key, width),
                   shape->head_size, false, scores, CK_KEYS, cols);
  for (size_t r = 0; r < CK_TILE; r++, scores += CK_KEYS) {
    const size_t seen = ck_seen_keys(shape, query + r);
    for (size_t c = seen > key ? seen - key : 0; c < cols; c++) scores[c] = -__builtin_inff();
  }
}

/// The random words of one query's probabilities in one head of one sample.
typedef struct {
  const ck_attention_dropout *dropout;
  uint32_t first_block, sample_id, threshold;
  float scale;
} ck_row_dropout;

CK_INLINE ck_row_dropout ck_dropout_of_row(const ck_attention_dropout *dropout,
                                           const ck_attention_shape *shape, size_t sample,
                                           size_t head, size_t query) {
  const size_t row = head * shape->queries + query;
  return (ck_row_dropout){dropout, (uint32_t)(row * (ck_round_up(shape->keys, 16) / 4)),
                          dropout->sample_ids[sample], ck_keep_threshold(dropout->rate),
                          1.0f / (1.0f - dropout->rate)};
}

/// What each of 32 probabilities from a key on, a multiple of 4, is multiplied by: 0, or 1 over the
/// share that is kept.
CK_INLINE void ck_dropout_factors(const ck_row_dropout *row, size_t key, float *factors) {
  const ck_attention_dropout *d = row->dropout;
  ck_elements32 words, kept;
  ck_philox_8_blocks(row->first_block + (uint32_t)(key / 4), d->layer, row->sample_id, d->step,
                     d->key0, d->key1, &words);
  ck_choose_kept(&words, row->threshold, &kept);
  kept &= (uint32_t)ck_to_bits(row->scale);
  memcpy(factors, &kept, sizeof kept);
}

#endif
