#include "ck_rows.h"

#include "ck_columns.h"
#include "ck_softmax.h"

/// Elements handled between two additions to double lanes, a multiple of 32.
#define BLOCK 512

CK_CLONES void ck_softmax_forward(const float *x, float *y, size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
    float sum = ck_row_exponentials(x, ck_row_maximum(x, cols), y, cols);
    float inverse = 1.0f / sum;
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) y[c] = y[c] * inverse;
  }
}

CK_CLONES void ck_softmax_backward(const float *y, const float *dy, float *dx, size_t rows,
                                   size_t cols) {
  for (size_t r = 0; r < rows; r++, y += cols, dy += cols, dx += cols) {
    ck_float16 lanes = {0};
    size_t c = 0;
    for (; c + 16 <= cols; c += 16) {
      lanes = *(const ck_float16 *)(y + c) * *(const ck_float16 *)(dy + c) + lanes;
    }
    for (size_t j = 0; c + j < cols; j++) lanes[j] = y[c + j] * dy[c + j] + lanes[j];
    float dot = ck_join_lanes((const float *)&lanes);
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) dx[i] = y[i] * (dy[i] - dot);
  }
}

CK_CLONES void ck_prelu_forward(const float *x, const float *weight, size_t weight_count, float *y,
                                size_t rows, size_t cols) {
  if (weight_count == 1) {
    const float slope = weight[0];
    CK_ELEMENTWISE
    for (size_t i = 0; i < rows * cols; i++) y[i] = x[i] > 0.0f ? x[i] : slope * x[i];
    return;
  }
  for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) y[c] = x[c] > 0.0f ? x[c] : weight[c] * x[c];
  }
}

/// dx of n elements, and the sum over them of what the shared weight's gradient is made of.
CK_CLONES static double shared_prelu_backward(const float *x, float slope, const float *dy,
                                              float *dx, size_t n) {
  ck_double_lanes sums = {0};
  float terms[BLOCK];
  for (size_t start = 0; start < n; start += BLOCK, x += BLOCK, dy += BLOCK, dx += BLOCK) {
    size_t count = n - start < BLOCK ? n - start : BLOCK;
    CK_ELEMENTWISE
    for (size_t i = 0; i < count; i++) {
      float d = dy[i];
      terms[i] = x[i] > 0.0f ? 0.0f : d * x[i];
      dx[i] = x[i] > 0.0f ? d : slope * d;
    }
    ck_add_block(&sums, terms, count);
  }
  return ck_join_double_lanes(&sums);
}

CK_CLONES void ck_prelu_backward(const float *x, const float *weight, size_t weight_count,
                                 const float *dy, float *dx, float *dweight, size_t rows,
                                 size_t cols) {
  if (weight_count == 1) {
    dweight[0] = (float)shared_prelu_backward(x, weight[0], dy, dx, rows * cols);
    return;
  }
  memset(dweight, 0, cols * sizeof(float));
  for (size_t r = 0; r < rows; r++, x += cols, dy += cols, dx += cols) {
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) {
      float d = dy[c];
      dweight[c] = dweight[c] + (x[c] > 0.0f ? 0.0f : d * x[c]);
      dx[c] = x[c] > 0.0f ? d : weight[c] * d;
    }
  }
}
