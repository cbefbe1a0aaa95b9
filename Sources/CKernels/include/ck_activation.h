// Activations, forward and backward, over flat buffers and fused with the bias of a layer.
#ifndef CK_ACTIVATION_H
#define CK_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
