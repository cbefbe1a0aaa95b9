// Losses with their gradients and the sums that metrics are made of.
//
// All are sums over samples or elements, never means, and the gradient is that of the sum: whoever
// adds up shards divides once by the true weight. A gradient pointer may be NULL for evaluation,
// and may be the logits or outputs themselves. Sums are in double in a fixed order.
#ifndef CK_LOSS_H
#define CK_LOSS_H

#include <stddef.h>

/// Sums over the rows or elements of one call; fields that a loss does not define are 0.
typedef struct {
  double loss;
  /// What to divide by: elements, or the classes' weights of the rows.
  double weight;
  /// Rows, or elements, that were classified right.
  double correct;
  double squared_error;
  double absolute_error;
} ck_loss_result;

/// Cross entropy of a softmax over `logits` [rows, classes] with class ids stored as floats.
///
/// PyTorch's definition with class weights (NULL: all 1) and label smoothing. A row is correct if
/// its largest logit, the first of equal ones, is its label's. A label that is not a class makes
/// the loss NaN.
ck_loss_result ck_cross_entropy(const float *logits, const float *labels,
                                const float *class_weights, float label_smoothing, float *dlogits,
                                size_t rows, size_t classes);

/// Binary cross entropy of a sigmoid over `logits`; targets in 0...1, `positive_weight` multiplies
/// the loss of targets 1. Correct: logit > 0 where target > 0.5. The errors are those of the sigmoid.
ck_loss_result ck_binary_cross_entropy(const float *logits, const float *targets,
                                       float positive_weight, float *dlogits, size_t n);

/// (output - target)^2.
ck_loss_result ck_mean_squared_error(const float *outputs, const float *targets, float *doutputs,
                                     size_t n);

/// |output - target|; its gradient at 0 is 0.
ck_loss_result ck_mean_absolute_error(const float *outputs, const float *targets, float *doutputs,
                                      size_t n);

/// Half the square up to delta, delta (|error| - delta / 2) beyond, as PyTorch's huber_loss.
ck_loss_result ck_huber(const float *outputs, const float *targets, float delta, float *doutputs,
                        size_t n);

/// max(0, 1 - output * target), targets -1 and 1. Correct: output and target both above 0 or not.
ck_loss_result ck_hinge(const float *outputs, const float *targets, float *doutputs, size_t n);

#endif
