// Steps of optimizers that scale each tensor's step by its norms: a direction first, for the whole
// tensor, then a step along it.
//
// As in ck_optimizer.h each element is computed alone, and one whose parameter, gradient and state
// are 0 stays 0.
#ifndef CK_LAYERWISE_H
#define CK_LAYERWISE_H

#include <stddef.h>

/// Constants of LAMB's direction.
typedef struct {
  /// Multiplies the gradient first: 1 / samples times the clip factor.
  float gradient_scale;
  /// Added to the direction, times the parameter.
  float weight_decay;
  /// 1 - beta1.
  float mean_share;
  /// 1 / (1 - beta1^t).
  float mean_scale;
  float beta2;
  /// 1 - beta2.
  float square_share;
  /// 1 / sqrt(1 - beta2^t).
  float root_scale;
  /// Above 0, or an element without gradient becomes NaN.
  float epsilon;
} ck_lamb;

/// Puts the direction in place of the gradient; m and v are the running means of the gradient and of
/// its square, updated in place.
void ck_lamb_direction(const float *w, float *g, float *m, float *v, size_t n, ck_lamb step);

/// w -= rate * direction.
void ck_descend(float *w, const float *direction, size_t n, float rate);

/// Constants of LARS's step.
typedef struct {
  /// The learning rate times the tensor's trust ratio.
  float rate;
  float momentum;
  /// Added to the gradient, times the parameter.
  float weight_decay;
} ck_lars;

/// One step along a gradient that is scaled already; `momentum_buffer` NULL is plain descent.
void ck_lars_step(float *w, const float *g, float *momentum_buffer, size_t n, ck_lars step);

#endif
