// Operators over the last axis: softmax and PReLU.
#ifndef CK_ROWS_H
#define CK_ROWS_H

#include <stddef.h>

#include "ck_bfloat16.h"

/// Softmax of each row. In place (x == y) allowed.
void ck_softmax_forward(const float *x, float *y, size_t rows, size_t cols);

/// dx = y (dy - sum of y dy over the row), from the output y. In place (dx == dy) allowed.
void ck_softmax_backward(const float *y, const float *dy, float *dx, size_t rows, size_t cols);

/// y = x where x is above 0, else weight * x.
///
/// One weight for all elements (`weight_count` 1), or one a column (`weight_count` cols).
/// In place (x == y) is allowed, but the backward pass reads x.
void ck_prelu_forward(const float *x, const float *weight, size_t weight_count, float *y,
                      size_t rows, size_t cols);

/// dx and dweight of PReLU from its input x; overwrites dweight. In place (dx == dy) allowed.
///
/// A column's weight gradient is summed in the order of rows; a shared one in double in fixed
/// lanes.
void ck_prelu_backward(const float *x, const float *weight, size_t weight_count, const float *dy,
                       float *dx, float *dweight, size_t rows, size_t cols);

/// The forms of softmax on bfloat16.
void ck_softmax_forward_bf16(const ck_bfloat16 *x, ck_bfloat16 *y, size_t rows, size_t cols);
void ck_softmax_backward_bf16(const ck_bfloat16 *y, const ck_bfloat16 *dy, ck_bfloat16 *dx,
                              size_t rows, size_t cols);

#endif
