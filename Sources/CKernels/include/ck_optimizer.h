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

/// As ck_adam_step, but divides by the root of the largest v so far, kept in `largest`.
void ck_adam_amsgrad_step(float *w, const float *g, float *m, float *v, float *largest, size_t n,
                          ck_adam step);

/// Constants of one step of NAdam.
typedef struct {
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  /// Added to the gradient, times the parameter.
  float weight_decay;
  /// The part of the step that follows the gradient: learning rate (1 - mu) / (1 - product of mu).
  float gradient_step;
  /// The part that follows the mean: learning rate mu' / (1 - product of mu times mu').
  float mean_step;
  /// 1 - beta1.
  float mean_share;
  float beta2;
  /// 1 - beta2.
  float square_share;
  /// 1 / sqrt(1 - beta2^t).
  float root_scale;
  /// Above 0, or an element without gradient becomes NaN.
  float epsilon;
} ck_nadam;

/// One step; m and v are the running means of the gradient and of its square, updated in place.
void ck_nadam_step(float *w, const float *g, float *m, float *v, size_t n, ck_nadam step);

/// Constants of one step of RMSprop.
typedef struct {
  float learning_rate;
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  /// Added to the gradient, times the parameter.
  float weight_decay;
  /// The share of the running means that is kept.
  float alpha;
  /// 1 - alpha.
  float share;
  float momentum;
  /// Above 0, or an element without gradient becomes NaN.
  float epsilon;
} ck_rmsprop;

/// One step; v is the running mean of the square. `momentum_buffer` and `mean`, the running mean of
/// the gradient that is taken off v, may each be NULL.
void ck_rmsprop_step(float *w, const float *g, float *v, float *momentum_buffer, float *mean,
                     size_t n, ck_rmsprop step);

/// Constants of one step of Adagrad.
typedef struct {
  /// The learning rate after its decay.
  float learning_rate;
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  /// Added to the gradient, times the parameter.
  float weight_decay;
  /// Added to the sum: what it starts from at step 1, 0 afterwards.
  float initial;
  /// Above 0, or an element without gradient becomes NaN.
  float epsilon;
} ck_adagrad;

/// One step; `sum` is the sum of squared gradients, updated in place.
void ck_adagrad_step(float *w, const float *g, float *sum, size_t n, ck_adagrad step);

/// Constants of one step of Adadelta.
typedef struct {
  float learning_rate;
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  /// Added to the gradient, times the parameter.
  float weight_decay;
  /// The share of the running means that is kept.
  float rho;
  /// 1 - rho.
  float share;
  /// Above 0, or an element without gradient becomes NaN.
  float epsilon;
} ck_adadelta;

/// One step; v and u are the running means of the squares of gradients and of steps.
void ck_adadelta_step(float *w, const float *g, float *v, float *u, size_t n, ck_adadelta step);

#endif
