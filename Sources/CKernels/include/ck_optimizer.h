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
  /// The share of the gradient that the momentum buffer takes: 1 - dampening.
  float gradient_share;
  /// Added to the gradient, times the parameter.
  float weight_decay;
  bool nesterov;
  /// The momentum buffer takes the gradient as it is, whatever it held.
  bool is_first_step;
} ck_sgd;

/// w -= learning_rate * direction; `momentum_buffer` NULL is plain descent.
void ck_sgd_step(float *w, const float *g, float *momentum_buffer, size_t n, ck_sgd step);

/// Constants of one step of Adam or AdamW. Shares are passed, since 1 - 0.999f is off by 5e-5.
typedef struct {
  /// The learning rate over 1 - beta1^t.
  float step_size;
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  /// Adam's weight decay: added to the gradient, times the parameter.
  float gradient_decay;
  /// AdamW's weight decay: multiplies the parameter, 1 - learning rate * decay; 1 without.
  float parameter_scale;
  /// 1 - beta1.
  float mean_share;
  float beta2;
  /// 1 - beta2.
  float square_share;
  /// 1 / sqrt(1 - beta2^t).
  float root_scale;
  /// Above 0, or an element without gradient becomes NaN.
  float epsilon;
} ck_adam;

/// One step; m and v are the running means of the gradient and of its square, updated in place.
void ck_adam_step(float *w, const float *g, float *m, float *v, size_t n, ck_adam step);

#endif
