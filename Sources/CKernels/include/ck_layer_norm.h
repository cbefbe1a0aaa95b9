// Normalization of each row to mean 0 and variance 1, then a weight and a bias for each column.
#ifndef CK_LAYER_NORM_H
#define CK_LAYER_NORM_H

#include <stddef.h>

#include "ck_bfloat16.h"

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, row by row.
///
/// The variance is the mean of the squared distances from the mean. Writes each row's mean and the
/// factor 1 / sqrt(variance + epsilon) for the backward pass unless they are NULL. Sums along a row
/// run in 64 fixed lanes. In place (x == y) is allowed, but the backward pass reads x.
void ck_layer_norm_forward(const float *x, const float *weight, const float *bias, float epsilon,
                           float *y, float *mean, float *factor, size_t rows, size_t cols);

/// dx, dweight and dbias from the input and what the forward pass wrote; overwrites all three.
///
/// dweight and dbias are summed in the order of rows. No dx where it is NULL. In place (dx == dy)
/// allowed.
void ck_layer_norm_backward(const float *x, const float *weight, const float *mean,
                            const float *factor, const float *dy, float *dx, float *dweight,
                            float *dbias, size_t rows, size_t cols);

/// The forms on bfloat16; parameters, their gradients and what is saved are float32.
void ck_layer_norm_forward_bf16(const ck_bfloat16 *x, const float *weight, const float *bias,
                                float epsilon, ck_bfloat16 *y, float *mean, float *factor,
                                size_t rows, size_t cols);
void ck_layer_norm_backward_bf16(const ck_bfloat16 *x, const float *weight, const float *mean,
                                 const float *factor, const ck_bfloat16 *dy, ck_bfloat16 *dx,
                                 float *dweight, float *dbias, size_t rows, size_t cols);

#endif
