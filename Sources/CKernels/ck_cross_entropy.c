// Cross entropy in two ways: few classes with 16 rows side by side, one in each lane, and many
// classes row after row. The number of classes alone decides, so the bits depend on nothing else.
#include <stdbool.h>
#include <stdint.h>

#include "ck_loss.h"
#include "ck_softmax.h"

#define LANES 16
#define FEW_CLASSES 64

/// What does not change from row to row.
typedef struct {
  const float *class_weights;
  size_t classes;
  /// 1 - smoothing, smoothing / classes, and that times the sum of all class weights.
  float sharp, smooth, smooth_total;
} criterion;

/// The index of a label; `classes` where it is none.
CK_INLINE size_t class_of(float label, size_t classes) {
  if (!(label >= 0.0f && label < (float)classes)) return classes;
  size_t index = (size_t)label;
  return (float)index == label ? index : classes;
}

/// A class's weight; of a label that is no class, NaN.
CK_INLINE float weight_of(const criterion *c, size_t label) {
  if (label >= c->classes) return __builtin_nanf("");
  return c->class_weights ? c->class_weights[label] : 1.0f;
}

/// Up to 16 rows. Every lane adds its classes up in their order.
CK_INLINE void few_classes(const criterion *c, const float *logits, const float *labels,
                           float *dlogits, size_t rows, ck_loss_result *result) {
  float t[FEW_CLASSES][LANES];
  const size_t classes = c->classes;
  for (size_t l = 0; l < rows; l++) {
    for (size_t k = 0; k < classes; k++) t[k][l] = logits[l * classes + k];
  }
  for (size_t l = rows; l < LANES; l++) {
    for (size_t k = 0; k < classes; k++) t[k][l] = 0.0f;
  }
  float maximum[LANES];
  int32_t best[LANES];
  CK_LANES_16
  for (size_t l = 0; l < LANES; l++) {
    maximum[l] = t[0][l];
    best[l] = 0;
  }
  for (size_t k = 1; k < classes; k++) {
    CK_LANES_16
    for (size_t l = 0; l < LANES; l++) {
      best[l] = t[k][l] > maximum[l] ? (int32_t)k : best[l];
      maximum[l] = t[k][l] > maximum[l] ? t[k][l] : maximum[l];
    }
  }
  size_t label[LANES];
  float label_weight[LANES], gap[LANES], spread[LANES], sum[LANES];
  for (size_t l = 0; l < LANES; l++) {
    label[l] = l < rows ? class_of(labels[l], classes) : 0;
    label_weight[l] = weight_of(c, label[l]);
    gap[l] = maximum[l] - t[label[l] < classes ? label[l] : 0][l];
    spread[l] = 0.0f;
    sum[l] = 0.0f;
  }
  if (c->smooth > 0.0f) {
    for (size_t k = 0; k < classes; k++) {
      float w = c->class_weights ? c->class_weights[k] : 1.0f;
      CK_LANES_16
      for (size_t l = 0; l < LANES; l++) spread[l] = spread[l] + w * (maximum[l] - t[k][l]);
    }
  }
  for (size_t k = 0; k < classes; k++) {
    CK_LANES_16
    for (size_t l = 0; l < LANES; l++) {
      t[k][l] = ck_exp(t[k][l] - maximum[l]);
      sum[l] = sum[l] + t[k][l];
    }
  }
  float loss[LANES], scale[LANES], sharp[LANES];
  CK_LANES_16
  for (size_t l = 0; l < LANES; l++) {
    float log_sum = ck_log(sum[l]);
    sharp[l] = c->sharp * label_weight[l];
    loss[l] = sharp[l] * (log_sum + gap[l]);
    loss[l] = loss[l] + (c->smooth * spread[l] + c->smooth_total * log_sum);
    scale[l] = (sharp[l] + c->smooth_total) / sum[l];
  }
  for (size_t l = 0; l < rows; l++) {
    result->loss += (double)loss[l];
    result->weight += (double)label_weight[l];
    result->correct += (size_t)best[l] == label[l];
  }
  if (dlogits == NULL) return;
  for (size_t k = 0; k < classes; k++) {
    float floor = c->smooth * (c->class_weights ? c->class_weights[k] : 1.0f);
    CK_LANES_16
    for (size_t l = 0; l < LANES; l++) t[k][l] = t[k][l] * scale[l] - floor;
  }
  for (size_t l = 0; l < rows; l++) {
    for (size_t k = 0; k < classes; k++) dlogits[l * classes + k] = t[k][l];
    if (label[l] < classes) dlogits[l * classes + label[l]] -= sharp[l];
  }
}

/// The sum of weight * (maximum - x) over a row, in 16 lanes.
CK_INLINE float weighted_spread(const criterion *c, const float *x, float maximum) {
  float lanes[LANES] = {0};
  for (size_t k = 0; k < c->classes; k += LANES) {
    size_t count = c->classes - k < LANES ? c->classes - k : LANES;
    for (size_t l = 0; l < count; l++) {
      float w = c->class_weights ? c->class_weights[k + l] : 1.0f;
      lanes[l] = lanes[l] + w * (maximum - x[k + l]);
    }
  }
  return ck_join_lanes(lanes);
}

/// One row of any number of classes.
CK_INLINE void many_classes(const criterion *c, const float *x, float label_value, float *dx,
                            ck_loss_result *result) {
  const size_t classes = c->classes, label = class_of(label_value, classes);
  const float weight = weight_of(c, label), maximum = ck_row_maximum(x, classes);
  const float at_label = label < classes ? x[label] : maximum;
  bool is_correct = label < classes && at_label == maximum;
  for (size_t k = 0; is_correct && k < label; k++) is_correct = x[k] < maximum;
  const float spread = c->smooth > 0.0f ? weighted_spread(c, x, maximum) : 0.0f;
  const float sum = ck_row_exponentials(x, maximum, dx, classes), log_sum = ck_log(sum);
  const float sharp = c->sharp * weight;
  float loss = sharp * (log_sum + (maximum - at_label));
  loss = loss + (c->smooth * spread + c->smooth_total * log_sum);
  result->loss += (double)loss;
  result->weight += (double)weight;
  result->correct += is_correct;
  if (dx == NULL) return;
  const float scale = (sharp + c->smooth_total) / sum;
  if (c->class_weights != NULL) {
    CK_ELEMENTWISE
    for (size_t k = 0; k < classes; k++) dx[k] = dx[k] * scale - c->smooth * c->class_weights[k];
  } else {
    CK_ELEMENTWISE
    for (size_t k = 0; k < classes; k++) dx[k] = dx[k] * scale - c->smooth;
  }
  if (label < classes) dx[label] -= sharp;
}

CK_CLONES ck_loss_result ck_cross_entropy(const float *logits, const float *labels,
                                          const float *class_weights, float label_smoothing,
                                          float *dlogits, size_t rows, size_t classes) {
  float total = 0.0f;
  for (size_t k = 0; k < classes; k++) total += class_weights ? class_weights[k] : 1.0f;
  const float smooth = label_smoothing / (float)classes;
  const criterion c = {class_weights, classes, 1.0f - label_smoothing, smooth, smooth * total};
  ck_loss_result result = {0};
  if (classes > FEW_CLASSES) {
    for (size_t r = 0; r < rows; r++) {
      float *row = dlogits ? dlogits + r * classes : NULL;
      many_classes(&c, logits + r * classes, labels[r], row, &result);
    }
    return result;
  }
  for (size_t r = 0; r < rows; r += LANES) {
    float *block = dlogits ? dlogits + r * classes : NULL;
    size_t count = rows - r < LANES ? rows - r : LANES;
    few_classes(&c, logits + r * classes, labels + r, block, count, &result);
  }
  return result;
}
