// Kernels on bfloat16 made of those on float32: buffers are walked in pieces that are widened on the
// stack, computed there in the first-level cache, and rounded back.
#ifndef CK_PIECES_H
#define CK_PIECES_H

#include "ck_bfloat16.h"

/// The most elements of a piece.
#define CK_PIECE 2048

/// Runs `STEP(start, length)` for the pieces of `count` elements.
#define CK_FOR_EACH_PIECE(count, STEP)                                               \
  for (size_t start = 0; start < (count); start += CK_PIECE) {                       \
    const size_t length = (count) - start < CK_PIECE ? (count) - start : CK_PIECE;   \
    STEP(start, length)                                                              \
  }

/// Runs `STEP(at, c, height, width)` for pieces of [rows, cols]: `height` rows of `width` columns,
/// in one run of elements from `at` on, the first of them in column c.
///
/// A piece is some whole rows, or a part of one.
#define CK_FOR_EACH_PIECE_OF_ROWS(rows, cols, STEP)                       \
  const size_t block = (cols) < CK_PIECE ? CK_PIECE / (cols) : 1;         \
  for (size_t r = 0; r < (rows); r += block) {                            \
    const size_t height = (rows) - r < block ? (rows) - r : block;        \
    for (size_t c = 0; c < (cols); c += CK_PIECE) {                       \
      const size_t width = (cols) - c < CK_PIECE ? (cols) - c : CK_PIECE; \
      STEP(r * (cols) + c, c, height, width)                              \
    }                                                                     \
  }

#endif
