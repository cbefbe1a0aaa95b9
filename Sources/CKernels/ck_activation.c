#include "ck_activation.h"

#include "ck_activation_math.h"
#include "ck_columns.h"

/// Runs `CASE(kind)` with the kind as a constant, so that each kind has its own vector loop.
#define FOR_EACH_KIND(kind, CASE) \
  switch (kind) {                 \
    CASE(CK_LINEAR)               \
    CASE(CK_RELU)                 \
    CASE(CK_LEAKY_RELU)           \
    CASE(CK_ELU)                  \
    CASE(CK_SELU)                 \
    CASE(CK_SIGMOID)              \
    CASE(CK_TANH)                 \
    CASE(CK_EXPONENTIAL)          \
    CASE(CK_SOFTPLUS)             \
    CASE(CK_SWISH)                \
    CASE(CK_MISH)                 \
    CASE(CK_GELU)                 \
    CASE(CK_GELU_TANH)            \
    CASE(CK_HARD_SIGMOID)         \
    CASE(CK_ARCTAN)               \
    CASE(CK_BINARY_STEP)          \
  }

bool ck_activation_saves_input(ck_activation kind) {
  return kind == CK_ARCTAN || kind == CK_GELU || kind == CK_GELU_TANH || kind == CK_MISH ||
         kind == CK_SWISH;
}

CK_CLONES void ck_activation_forward(ck_activation kind, float alpha, const float *x, float *y,
                                     size_t n) {
#define FORWARD(KIND)                                                  \
  case KIND:                                                           \
    CK_ELEMENTWISE                                                     \
    for (size_t i = 0; i < n; i++) y[i] = ck_activate(KIND, alpha, x[i]); \
    break;
  FOR_EACH_KIND(kind, FORWARD)
#undef FORWARD
}

CK_CLONES void ck_activation_backward(ck_activation kind, float alpha, const float *saved,
                                      const float *dy, float *dx, size_t n) {
#define BACKWARD(KIND)                                                                     \
  case KIND:                                                                               \
    CK_ELEMENTWISE                                                                         \
    for (size_t i = 0; i < n; i++) dx[i] = ck_activate_backward(KIND, alpha, saved[i], dy[i]); \
    break;
  FOR_EACH_KIND(kind, BACKWARD)
#undef BACKWARD
}

/// Whether an activation costs less than a pass over memory, so that fusing the bias pays.
CK_INLINE bool is_cheap(ck_activation kind) {
  return kind == CK_LINEAR || kind == CK_RELU || kind == CK_LEAKY_RELU;
}

/// The rows that make a block that stays in the first-level cache.
CK_INLINE size_t rows_per_block(size_t cols) { return cols < 2048 ? 2048 / cols : 1; }

CK_CLONES static void cheap_bias_forward(ck_activation kind, float alpha, const float *x,
                                         const float *bias, float *y, size_t rows, size_t cols) {
#define ROWS(KIND, LOOP)                                                          \
  case KIND:                                                                      \
    for (size_t r = 0; r < rows; r++, x += cols, y += cols) {                     \
      LOOP                                                                        \
      for (size_t c = 0; c < cols; c++) y[c] = ck_activate(KIND, alpha, x[c] + bias[c]); \
    }                                                                             \
    break;
#define WIDE(KIND) ROWS(KIND, CK_ELEMENTWISE)
#define SHORT(KIND) ROWS(KIND, CK_ELEMENTWISE_SHORT)
  if (cols < CK_SHORT_ROW) {
    switch (kind) {
      SHORT(CK_RELU)
      SHORT(CK_LEAKY_RELU)
      default:
        SHORT(CK_LINEAR)
    }
  } else {
    switch (kind) {
      WIDE(CK_RELU)
      WIDE(CK_LEAKY_RELU)
      default:
        WIDE(CK_LINEAR)
    }
  }
#undef SHORT
#undef WIDE
#undef ROWS
}

void ck_bias_activation_forward(ck_activation kind, float alpha, const float *x, const float *bias,
                                float *y, size_t rows, size_t cols) {
  if (rows == 0 || cols == 0) return;
  if (bias == NULL) {
    if (kind != CK_LINEAR || x != y) ck_activation_forward(kind, alpha, x, y, rows * cols);
    return;
  }
  if (is_cheap(kind)) {
    cheap_bias_forward(kind, alpha, x, bias, y, rows, cols);
    return;
  }
  size_t block = rows_per_block(cols);
  for (size_t r = 0; r < rows; r += block) {
    size_t count = rows - r < block ? rows - r : block;
    cheap_bias_forward(CK_LINEAR, 0, x + r * cols, bias, y + r * cols, count, cols);
    ck_activation_forward(kind, alpha, y + r * cols, y + r * cols, count * cols);
  }
}

/// One pass: writes dz and adds each row to dbias.
CK_CLONES static void cheap_bias_backward(ck_activation kind, float alpha, const float *saved,
                                          const float *dy, float *dz, float *dbias, size_t rows,
                                          size_t cols) {
#define ROWS(KIND, LOOP)                                                          \
  case KIND:                                                                      \
    for (size_t r = 0; r < rows; r++, saved += cols, dy += cols, dz += cols) {    \
      LOOP                                                                        \
      for (size_t c = 0; c < cols; c++) {                                         \
        float d = ck_activate_backward(KIND, alpha, saved[c], dy[c]);             \
        dz[c] = d;                                                                \
        dbias[c] = dbias[c] + d;                                                  \
      }                                                                           \
    }                                                                             \
    break;
#define WIDE(KIND) ROWS(KIND, CK_ELEMENTWISE)
#define SHORT(KIND) ROWS(KIND, CK_ELEMENTWISE_SHORT)
  if (cols < CK_SHORT_ROW) {
    switch (kind) {
      SHORT(CK_RELU)
      default:
        SHORT(CK_LEAKY_RELU)
    }
  } else {
    switch (kind) {
      WIDE(CK_RELU)
      default:
        WIDE(CK_LEAKY_RELU)
    }
  }
#undef SHORT
#undef WIDE
#undef ROWS
}

void ck_activation_bias_backward(ck_activation kind, float alpha, const float *saved,
                                 const float *dy, float *dz, float *dbias, size_t rows,
                                 size_t cols) {
  if (dbias != NULL) memset(dbias, 0, cols * sizeof(float));
  if (rows == 0 || cols == 0) return;
  if (dbias == NULL) {
    if (kind != CK_LINEAR || dy != dz) {
      ck_activation_backward(kind, alpha, saved, dy, dz, rows * cols);
    }
    return;
  }
  if (kind == CK_LINEAR) {
    if (dy != dz) memcpy(dz, dy, rows * cols * sizeof(float));
    ck_add_columns(dy, dbias, rows, cols);
    return;
  }
  if (is_cheap(kind)) {
    cheap_bias_backward(kind, alpha, saved, dy, dz, dbias, rows, cols);
    return;
  }
  size_t block = rows_per_block(cols);
  for (size_t r = 0; r < rows; r += block) {
    size_t count = rows - r < block ? rows - r : block, at = r * cols;
    ck_activation_backward(kind, alpha, saved + at, dy + at, dz + at, count * cols);
    ck_add_columns(dz + at, dbias, count, cols);
  }
}
