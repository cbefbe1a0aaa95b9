#include <string.h>

#include "ck_activation.h"
#include "ck_activation_math.h"
#include "ck_columns.h"
#include "ck_element.h"
#include "ck_pieces.h"
#include "ck_reduce.h"

// ReLU and the identity run everywhere and cost less than a pass over memory: they have loops of
// their own. The others are computed in pieces.

CK_CLONES void ck_relu_forward_bf16(const ck_bfloat16 *x, ck_bfloat16 *y, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) y[i] = ck_rounded(ck_activate(CK_RELU, 0, ck_widened(x[i])));
}

CK_CLONES void ck_relu_backward_bf16(const ck_bfloat16 *y, const ck_bfloat16 *dy, ck_bfloat16 *dx,
                                     size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    dx[i] = ck_rounded(ck_activate_backward(CK_RELU, 0, ck_widened(y[i]), ck_widened(dy[i])));
  }
}

/// Writes dz and adds each row to dbias.
#define RELU_ROWS(LOOP)                                                                    \
  for (size_t r = 0; r < rows; r++, y += cols, dy += cols, dz += cols) {                   \
    LOOP                                                                                   \
    for (size_t c = 0; c < cols; c++) {                                                    \
      float d = ck_activate_backward(CK_RELU, 0, ck_widened(y[c]), ck_widened(dy[c]));     \
      dz[c] = ck_rounded(d);                                                               \
      dbias[c] = dbias[c] + d;                                                             \
    }                                                                                      \
  }

CK_CLONES void ck_relu_bias_backward_bf16(const ck_bfloat16 *y, const ck_bfloat16 *dy,
                                          ck_bfloat16 *dz, float *dbias, size_t rows,
                                          size_t cols) {
  if (cols < CK_SHORT_ROW) {
    RELU_ROWS(CK_ELEMENTWISE_SHORT)
  } else {
    RELU_ROWS(CK_ELEMENTWISE)
  }
}

/// dbias += each row.
#define ADD_ROWS(LOOP)                                                              \
  for (size_t r = 0; r < rows; r++, dy += cols) {                                   \
    LOOP                                                                            \
    for (size_t c = 0; c < cols; c++) dbias[c] = dbias[c] + ck_widened(dy[c]);      \
  }

CK_CLONES void ck_add_columns_bf16(const ck_bfloat16 *dy, float *dbias, size_t rows,
                                   size_t cols) {
  if (cols < CK_SHORT_ROW) {
    ADD_ROWS(CK_ELEMENTWISE_SHORT)
  } else {
    ADD_ROWS(CK_ELEMENTWISE)
  }
}

void ck_activation_forward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *x,
                                ck_bfloat16 *y, size_t n) {
  if (kind == CK_LINEAR) {
    if (x != y) memcpy(y, x, n * sizeof(ck_bfloat16));
    return;
  }
  if (kind == CK_RELU) {
    ck_relu_forward_bf16(x, y, n);
    return;
  }
  float values[CK_PIECE];
#define STEP(at, count)                                          \
  ck_widen_bf16(x + at, values, count);                          \
  ck_activation_forward(kind, alpha, values, values, count);     \
  ck_round_bf16(values, y + at, count);
  CK_FOR_EACH_PIECE(n, STEP)
#undef STEP
}

void ck_activation_backward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *saved,
                                 const ck_bfloat16 *dy, ck_bfloat16 *dx, size_t n) {
  if (kind == CK_LINEAR) {
    if (dx != dy) memcpy(dx, dy, n * sizeof(ck_bfloat16));
    return;
  }
  if (kind == CK_RELU) {
    ck_relu_backward_bf16(saved, dy, dx, n);
    return;
  }
  float values[CK_PIECE], gradients[CK_PIECE];
#define STEP(at, count)                                                        \
  ck_widen_bf16(saved + at, values, count);                                    \
  ck_widen_bf16(dy + at, gradients, count);                                    \
  ck_activation_backward(kind, alpha, values, gradients, gradients, count);    \
  ck_round_bf16(gradients, dx + at, count);
  CK_FOR_EACH_PIECE(n, STEP)
#undef STEP
}

void ck_bias_activation_forward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *x,
                                     const float *bias, ck_bfloat16 *y, size_t rows,
                                     size_t cols) {
  if (bias == NULL) {
    ck_activation_forward_bf16(kind, alpha, x, y, rows * cols);
    return;
  }
  if (rows == 0 || cols == 0) return;
  float values[CK_PIECE];
#define STEP(at, c, height, width)                                                        \
  ck_widen_bf16(x + (at), values, height * width);                                        \
  ck_bias_activation_forward(kind, alpha, values, bias + c, values, height, width);       \
  ck_round_bf16(values, y + (at), height * width);
  CK_FOR_EACH_PIECE_OF_ROWS(rows, cols, STEP)
#undef STEP
}

void ck_activation_bias_backward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *saved,
                                      const ck_bfloat16 *dy, ck_bfloat16 *dz, float *dbias,
                                      size_t rows, size_t cols) {
  if (dbias == NULL) {
    ck_activation_backward_bf16(kind, alpha, saved, dy, dz, rows * cols);
    return;
  }
  memset(dbias, 0, cols * sizeof(float));
  if (rows == 0 || cols == 0) return;
  if (kind == CK_LINEAR) {
    if (dy != dz) memcpy(dz, dy, rows * cols * sizeof(ck_bfloat16));
    ck_add_columns_bf16(dy, dbias, rows, cols);
    return;
  }
  if (kind == CK_RELU) {
    ck_relu_bias_backward_bf16(saved, dy, dz, dbias, rows, cols);
    return;
  }
  float values[CK_PIECE], gradients[CK_PIECE];
#define STEP(at, c, height, width)                                                          \
  ck_widen_bf16(saved + (at), values, height * width);                                      \
  ck_widen_bf16(dy + (at), gradients, height * width);                                      \
  ck_activation_backward(kind, alpha, values, gradients, gradients, height * width);        \
  ck_round_bf16(gradients, dz + (at), height * width);                                      \
  ck_add_columns(gradients, dbias + c, height, width);
  CK_FOR_EACH_PIECE_OF_ROWS(rows, cols, STEP)
#undef STEP
}
