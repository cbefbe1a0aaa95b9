// Activations, forward and backward, over flat buffers and fused with the bias of a layer.
#ifndef CK_ACTIVATION_H
#define CK_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#include "ck_bfloat16.h"

/// The activations; `alpha` is the slope of leaky_relu and the scale of elu, and unused elsewhere.
typedef enum {
  CK_LINEAR,
  CK_RELU,
  CK_LEAKY_RELU,
  CK_ELU,
  CK_SELU,
  CK_SIGMOID,
  CK_TANH,
  CK_EXPONENTIAL,
  CK_SOFTPLUS,
  CK_SWISH,
  CK_MISH,
  /// x times the normal distribution function, exact (erf).
  CK_GELU,
  CK_GELU_TANH,
  /// relu6(x + 3) / 6.
  CK_HARD_SIGMOID,
  CK_ARCTAN,
  /// 1 from 0 on, else 0; its gradient is zero.
  CK_BINARY_STEP
} ck_activation;

/// Whether the backward pass of an activation reads the input x that was saved; the others read the
/// output y.
bool ck_activation_saves_input(ck_activation kind);

/// y = f(x). In place (x == y) allowed.
void ck_activation_forward(ck_activation kind, float alpha, const float *x, float *y, size_t n);

/// dx = dy f'(x), with PyTorch's choice where f has a kink.
///
/// `saved` is x or y as `ck_activation_saves_input` says. In place (dx == dy) allowed. `alpha` must
/// not be negative: the sign of the output would no longer tell the branch.
void ck_activation_backward(ck_activation kind, float alpha, const float *saved, const float *dy,
                            float *dx, size_t n);

/// y[r, c] = f(x[r, c] + bias[c]); no bias where `bias` is NULL. In place (x == y) allowed.
void ck_bias_activation_forward(ck_activation kind, float alpha, const float *x, const float *bias,
                                float *y, size_t rows, size_t cols);

/// dz = dy f', and dbias[c] = the sum of dz[r, c] in the order of rows.
///
/// Overwrites dbias; NULL leaves it out. In place (dz == dy) allowed, which for CK_LINEAR then
/// writes no dz at all.
void ck_activation_bias_backward(ck_activation kind, float alpha, const float *saved,
                                 const float *dy, float *dz, float *dbias, size_t rows,
                                 size_t cols);

/// The forms on bfloat16; the bias and its gradient are float32, summed before rounding.
void ck_activation_forward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *x,
                                ck_bfloat16 *y, size_t n);
void ck_activation_backward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *saved,
                                 const ck_bfloat16 *dy, ck_bfloat16 *dx, size_t n);
void ck_bias_activation_forward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *x,
                                     const float *bias, ck_bfloat16 *y, size_t rows, size_t cols);
void ck_activation_bias_backward_bf16(ck_activation kind, float alpha, const ck_bfloat16 *saved,
                                      const ck_bfloat16 *dy, ck_bfloat16 *dz, float *dbias,
                                      size_t rows, size_t cols);

/// The loops that ReLU and the identity have on bfloat16.
void ck_relu_forward_bf16(const ck_bfloat16 *x, ck_bfloat16 *y, size_t n);
void ck_relu_backward_bf16(const ck_bfloat16 *y, const ck_bfloat16 *dy, ck_bfloat16 *dx, size_t n);

/// dz as above; adds each row to dbias, in the order of rows.
void ck_relu_bias_backward_bf16(const ck_bfloat16 *y, const ck_bfloat16 *dy, ck_bfloat16 *dz,
                                float *dbias, size_t rows, size_t cols);

/// dbias[c] += dy[r, c] for all rows, row after row.
void ck_add_columns_bf16(const ck_bfloat16 *dy, float *dbias, size_t rows, size_t cols);

#endif
