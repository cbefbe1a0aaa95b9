// Optimizer steps on ranges of flat buffers.
//
// Each element is computed alone, so a buffer stepped in slices gets the same bits as one stepped
// whole. The formulas are PyTorch's; an element whose parameter, gradient and state are 0 stays 0.
#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

/// Constants of one step of stochastic gradient descent.
typedef struct {
  float learning_rate;
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  float momentum;
  float dampening;
  /// Added to the gradient, times the parameter.
  float weight_decay;
  bool nesterov;
  /// The momentum buffer takes the gradient as it is, whatever it held.
  bool is_first_step;
} ck_sgd;

/// w -= learning_rate * direction; `momentum_buffer` NULL is plain descent.
void ck_sgd_step(float *w, const float *g, float *momentum_buffer, size_t n, ck_sgd step);

/// Constants of one step of Adam or AdamW.
typedef struct {
  float learning_rate;
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  float beta1;
  float beta2;
  float epsilon;
  float weight_decay;
  /// AdamW: decay multiplies the parameter and leaves the gradient alone.
  bool decouples_weight_decay;
  /// 1 / (1 - beta1^t).
  float first_correction;
  /// 1 / sqrt(1 - beta2^t).
  float second_correction;
} ck_adam;

/// One step; m and v are the running means of the gradient and of its square, updated in place.
void ck_adam_step(float *w, const float *g, float *m, float *v, size_t n, ck_adam step);

#endif
