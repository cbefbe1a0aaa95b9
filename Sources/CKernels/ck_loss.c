// Losses over single elements. Each block's terms are computed by a loop that vectorizes and then
// added up in double lanes, so every loss has one order of summation and none writes it out anew.
#include "ck_loss.h"

#include <stdint.h>

#include "ck_lanes.h"
#include "ck_math.h"

/// Elements handled between two additions to double lanes, a multiple of 32.
#define BLOCK 512

CK_INLINE size_t block_count(size_t n, size_t start) {
  return n - start < BLOCK ? n - start : BLOCK;
}

CK_CLONES ck_loss_result ck_binary_cross_entropy(const float *logits, const float *targets,
                                                 float positive_weight, float *dlogits, size_t n) {
  ck_double_lanes sums = {0}, squares = {0}, sizes = {0};
  float loss[BLOCK], gradient[BLOCK], error[BLOCK], size[BLOCK];
  size_t correct = 0;
  for (size_t start = 0; start < n; start += BLOCK) {
    const float *x = logits + start, *t = targets + start;
    const size_t count = block_count(n, start);
    int32_t right = 0;
    for (size_t i = 0; i < count; i++) right += (x[i] > 0.0f) == (t[i] > 0.5f);
    CK_ELEMENTWISE
    for (size_t i = 0; i < count; i++) {
      float e = ck_exp(-__builtin_fabsf(x[i]));
      float weight = (positive_weight - 1.0f) * t[i] + 1.0f;
      float negative = x[i] < 0.0f ? -x[i] : 0.0f;
      loss[i] = (1.0f - t[i]) * x[i] + weight * (ck_log1p(e) + negative);
      float opposite = ck_sigmoid_from(-x[i], e);
      gradient[i] = (1.0f - t[i]) - weight * opposite;
      error[i] = (1.0f - t[i]) - opposite;
      size[i] = __builtin_fabsf(error[i]);
    }
    ck_add_block(&sums, loss, count);
    ck_add_block_of_squares(&squares, error, count);
    ck_add_block(&sizes, size, count);
    if (dlogits != NULL) memcpy(dlogits + start, gradient, count * sizeof(float));
    correct += (size_t)right;
  }
  return (ck_loss_result){.loss = ck_join_double_lanes(&sums),
                          .weight = (double)n,
                          .correct = (double)correct,
                          .squared_error = ck_join_double_lanes(&squares),
                          .absolute_error = ck_join_double_lanes(&sizes)};
}

/// The losses that are a function of output - target.
typedef enum { SQUARED, ABSOLUTE, HUBER } regression;

CK_INLINE float regression_loss(const regression kind, float error, float delta) {
  float size = __builtin_fabsf(error);
  if (kind == ABSOLUTE) return size;
  return size <= delta ? 0.5f * error * error : delta * (size - 0.5f * delta);
}

CK_INLINE float regression_gradient(const regression kind, float error, float delta) {
  if (kind == SQUARED) return 2.0f * error;
  if (kind == HUBER) return ck_at_most(ck_at_least(error, -delta), delta);
  return error > 0.0f ? 1.0f : (error < 0.0f ? -1.0f : error);
}

CK_INLINE ck_loss_result regress(const regression kind, const float *outputs, const float *targets,
                                 float delta, float *doutputs, size_t n) {
  ck_double_lanes losses = {0}, squares = {0}, sizes = {0};
  float error[BLOCK], size[BLOCK], loss[BLOCK];
  for (size_t start = 0; start < n; start += BLOCK) {
    const size_t count = block_count(n, start);
    const float *y = outputs + start, *t = targets + start;
    CK_ELEMENTWISE
    for (size_t i = 0; i < count; i++) {
      error[i] = y[i] - t[i];
      size[i] = __builtin_fabsf(error[i]);
      loss[i] = regression_loss(kind, error[i], delta);
    }
    ck_add_block_of_squares(&squares, error, count);
    ck_add_block(&sizes, size, count);
    if (kind == HUBER) ck_add_block(&losses, loss, count);
    if (doutputs == NULL) continue;
    float *d = doutputs + start;
    CK_ELEMENTWISE
    for (size_t i = 0; i < count; i++) d[i] = regression_gradient(kind, error[i], delta);
  }
  ck_loss_result result = {.weight = (double)n,
                           .squared_error = ck_join_double_lanes(&squares),
                           .absolute_error = ck_join_double_lanes(&sizes)};
  result.loss = kind == SQUARED    ? result.squared_error
                : kind == ABSOLUTE ? result.absolute_error
                                   : ck_join_double_lanes(&losses);
  return result;
}

CK_CLONES ck_loss_result ck_mean_squared_error(const float *outputs, const float *targets,
                                               float *doutputs, size_t n) {
  return regress(SQUARED, outputs, targets, 0, doutputs, n);
}

CK_CLONES ck_loss_result ck_mean_absolute_error(const float *outputs, const float *targets,
                                                float *doutputs, size_t n) {
  return regress(ABSOLUTE, outputs, targets, 0, doutputs, n);
}

CK_CLONES ck_loss_result ck_huber(const float *outputs, const float *targets, float delta,
                                  float *doutputs, size_t n) {
  return regress(HUBER, outputs, targets, delta, doutputs, n);
}

CK_CLONES ck_loss_result ck_hinge(const float *outputs, const float *targets, float *doutputs,
                                  size_t n) {
  ck_double_lanes sums = {0};
  float loss[BLOCK], gradient[BLOCK];
  size_t correct = 0;
  for (size_t start = 0; start < n; start += BLOCK) {
    const float *y = outputs + start, *t = targets + start;
    const size_t count = block_count(n, start);
    int32_t right = 0;
    for (size_t i = 0; i < count; i++) right += (y[i] > 0.0f) == (t[i] > 0.0f);
    CK_ELEMENTWISE
    for (size_t i = 0; i < count; i++) {
      float margin = 1.0f - y[i] * t[i];
      loss[i] = ck_at_least(margin, 0.0f);
      gradient[i] = margin > 0.0f ? -t[i] : 0.0f;
    }
    ck_add_block(&sums, loss, count);
    if (doutputs != NULL) memcpy(doutputs + start, gradient, count * sizeof(float));
    correct += (size_t)right;
  }
  return (ck_loss_result){
      .loss = ck_join_double_lanes(&sums), .weight = (double)n, .correct = (double)correct};
}
