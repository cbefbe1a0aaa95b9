// Walks over [rows, channels] in wide rows, so that loops are long however few the channels.
//
// Where rows are short, some lie side by side in one wide row: of 3 channels and 128 rows, 384
// elements, in which channel c is at c, c + 3, c + 6, ... What belongs to a channel is repeated as
// often. Where rows are long, strips of their columns are walked one after the other.
//
// Sums run over blocks of wide rows: in float32 within one, four rows at a time, and then over the
// repeats of each channel by halves; what is made of a block's sums is added up in double.
#ifndef CK_WIDE_ROWS_H
#define CK_WIDE_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ck_element.h"

/// The most elements of a wide row: all that is kept for each must stay in the first-level cache.
#define CK_WIDE_ROW 512

/// Some columns of a matrix.
typedef struct {
  /// The first column.
  size_t first;
  /// Columns in the strip.
  size_t channels;
  /// Rows of the matrix that make a wide row; a power of 2.
  size_t repeats;
  /// Elements of a wide row.
  size_t width;
  /// Elements from one wide row to the next.
  size_t stride;
  /// Whole wide rows.
  size_t rows;
  /// Elements after them: rows of the matrix that do not fill a wide row.
  size_t rest;
} ck_strip;

/// The strip that starts at a column.
CK_INLINE ck_strip ck_strip_at(size_t first, size_t rows, size_t channels) {
  ck_strip s = {.first = first, .channels = channels - first, .repeats = 1};
  if (s.channels > CK_WIDE_ROW) s.channels = CK_WIDE_ROW;
  if (s.channels == channels) {
    while (2 * s.repeats * channels <= CK_WIDE_ROW) s.repeats *= 2;
  }
  s.width = s.repeats * s.channels;
  s.stride = s.repeats * channels;
  s.rows = rows / s.repeats;
  s.rest = rows % s.repeats * channels;
  return s;
}

/// Repeats the first `channels` values until the wide row is full.
CK_INLINE void ck_widen_row(float *values, const ck_strip *s) {
  for (size_t n = s->channels; n < s->width; n *= 2) {
    memcpy(values + n, values, n * sizeof(float));
  }
}

/// Adds the repeats of each channel; the sums are left in the first `channels` values.
CK_INLINE void ck_fold_row(float *sums, const ck_strip *s) {
  for (size_t n = s->width; n > s->channels;) {
    n /= 2;
    CK_ELEMENTWISE
    for (size_t i = 0; i < n; i++) sums[i] = sums[i] + sums[n + i];
  }
}

/// Wide rows in a block, a multiple of 4.
#define CK_BLOCK 16

/// Some wide rows of a strip, the last of them perhaps in part.
typedef struct {
  /// The first element.
  size_t at;
  /// Whole wide rows.
  size_t rows;
  /// Elements after them.
  size_t rest;
} ck_block;

/// There is always one block; what remains of the rows is part of the last.
CK_INLINE size_t ck_block_count(const ck_strip *s) {
  return s->rows <= CK_BLOCK ? 1 : (s->rows + CK_BLOCK - 1) / CK_BLOCK;
}

/// The wide rows of the block of an index.
CK_INLINE ck_block ck_block_at(const ck_strip *s, size_t index) {
  const size_t row = index * CK_BLOCK;
  ck_block b = {.at = s->first + row * s->stride, .rows = CK_BLOCK};
  if (index + 1 == ck_block_count(s)) {
    b.rows = s->rows - row;
    b.rest = s->rest;
  }
  return b;
}

/// The rows of the matrix in a block.
CK_INLINE size_t ck_block_row_count(const ck_block *b, const ck_strip *s) {
  return b->rows * s->repeats + b->rest / s->channels;
}

/// Two sums for each element of a wide row: of some numbers, and of their products with others.
typedef struct {
  float sum[CK_WIDE_ROW];
  float product[CK_WIDE_ROW];
} ck_block_sums;

/// Sets the sums to 0.
CK_INLINE void ck_clear_sums(ck_block_sums *sums, size_t width) {
  memset(sums->sum, 0, width * sizeof(float));
  memset(sums->product, 0, width * sizeof(float));
}

/// Leaves the sums of each channel in the first `channels` of both.
CK_INLINE void ck_fold_sums(ck_block_sums *sums, const ck_strip *s) {
  ck_fold_row(sums->sum, s);
  ck_fold_row(sums->product, s);
}

/// Wide rows from those that are worked on to those that are fetched into the second-level cache.
/// The hardware fetches less far ahead, and from memory numbers come too late then.
#define CK_ROWS_AHEAD 4

/// Fetches n elements from the element `at` on, which may lie outside x: that does no harm.
CK_INLINE void ck_fetch(const ck_element_type type, const void *x, size_t at, size_t n) {
  const size_t size = type == CK_BFLOAT16 ? 2 : 4, line = 64;
  const uintptr_t start = (uintptr_t)x + at * size;
  for (size_t byte = 0; byte < n * size; byte += line) {
    __builtin_prefetch((const void *)(start + byte), 0, 2);
  }
}

/// Fetches n elements of each of four wide rows.
CK_INLINE void ck_fetch_four(const ck_element_type type, const void *x, size_t at, size_t stride,
                             size_t n) {
  for (size_t row = 0; row < 4; row++) ck_fetch(type, x, at + row * stride, n);
}

/// Elements of a wide row between which the next are fetched: not too many at once.
#define CK_PIECE 64

/// Runs `PIECE(start, end)` for each piece of a wide row.
#define CK_FOR_PIECES(s, PIECE)                                            \
  for (size_t start = 0; start < (s)->width; start += CK_PIECE) {          \
    const size_t rest = (s)->width - start;                                \
    const size_t end = start + (rest < CK_PIECE ? rest : CK_PIECE);        \
    PIECE(start, end)                                                      \
  }

/// Runs `FOUR(at)` for each four wide rows of a block and `ONE(at, n)` for the others.
#define CK_FOR_ROWS_OF_BLOCK(b, s, FOUR, ONE)                            \
  size_t at = (b)->at, row = 0;                                          \
  for (; row + 4 <= (b)->rows; row += 4, at += 4 * (s)->stride) FOUR(at) \
  for (; row < (b)->rows; row++, at += (s)->stride) ONE(at, (s)->width)  \
  if ((b)->rest > 0) ONE(at, (b)->rest)

/// Runs `ROW(at, n)` over a strip from its end to its start: what was read last is still cached.
#define CK_FOR_ROWS_BACKWARDS(s, ROW)                                     \
  if ((s)->rest > 0) ROW((s)->first + (s)->rows * (s)->stride, (s)->rest) \
  for (size_t row = (s)->rows; row > 0; row--) {                          \
    ROW((s)->first + (row - 1) * (s)->stride, (s)->width)                 \
  }

#endif
