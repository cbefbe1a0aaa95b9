// The versions of kernels for one instruction-set level, by the names that the compiler gives them,
// so that a test can compare levels in one process. A compiler that names them otherwise makes the
// tests fail to link, here and nowhere else.
#ifndef CKERNELSLEVELS_H
#define CKERNELSLEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEVELS(name, result, ...)                                 \
  result name##_v3(__VA_ARGS__) __asm__(#name ".arch_x86-64-v3.1"); \
  result name##_v4(__VA_ARGS__) __asm__(#name ".arch_x86-64-v4.0");

typedef struct {
  double loss, weight, correct, squared_error, absolute_error;
} level_loss;

typedef struct {
  float step_size, gradient_scale, gradient_decay, parameter_scale, mean_share, beta2, square_share,
      root_scale, epsilon;
} level_adam;

typedef struct {
  float gradient_scale, weight_decay, gradient_step, mean_step, mean_share, beta2, square_share,
      root_scale, epsilon;
} level_nadam;

typedef struct {
  float learning_rate, gradient_scale, weight_decay, initial, epsilon;
} level_adagrad;

typedef struct {
  float learning_rate, gradient_scale, weight_decay, rho, share, epsilon;
} level_adadelta;

typedef struct {
  const void *data;
  size_t height, width, channels, top, left;
  bool is_bfloat16;
} level_images;

LEVELS(ck_activation_forward, void, unsigned kind, float alpha, const float *x, float *y, size_t n)
LEVELS(ck_activation_backward, void, unsigned kind, float alpha, const float *saved,
       const float *dy, float *dx, size_t n)
LEVELS(ck_add_columns, void, const float *x, float *sums, size_t rows, size_t cols)
LEVELS(ck_softmax_forward, void, const float *x, float *y, size_t rows, size_t cols)
LEVELS(ck_softmax_backward, void, const float *y, const float *dy, float *dx, size_t rows,
       size_t cols)
LEVELS(ck_dropout_forward, void, const float *x, float *y, uint8_t *mask, size_t rows, size_t cols,
       float rate, uint32_t key0, uint32_t key1, uint32_t step, uint32_t layer,
       const uint32_t *sample_ids)
LEVELS(ck_cross_entropy, level_loss, const float *logits, const float *labels,
       const float *class_weights, float label_smoothing, float *dlogits, size_t rows,
       size_t classes)
LEVELS(ck_binary_cross_entropy, level_loss, const float *logits, const float *targets,
       float positive_weight, float *dlogits, size_t n)
LEVELS(ck_huber, level_loss, const float *outputs, const float *targets, float delta,
       float *doutputs, size_t n)
LEVELS(ck_sum_squares, double, const float *x, size_t n)
LEVELS(ck_adam_step, void, float *w, const float *g, float *m, float *v, size_t n, level_adam step)
LEVELS(ck_affine_f32, void, const float *x, float *y, size_t n, float scale, float shift)
LEVELS(ck_layer_norm_forward, void, const float *x, const float *weight, const float *bias,
       float epsilon, float *y, float *mean, float *factor, size_t rows, size_t cols)
LEVELS(ck_layer_norm_backward, void, const float *x, const float *weight, const float *mean,
       const float *factor, const float *dy, float *dx, float *dweight, float *dbias, size_t rows,
       size_t cols)
LEVELS(ck_embedding_backward, void, const float *ids, const float *dy, size_t id_count,
       float *dweight, size_t rows, size_t cols)
LEVELS(ck_adam_amsgrad_step, void, float *w, const float *g, float *m, float *v, float *largest,
       size_t n, level_adam step)
LEVELS(ck_nadam_step, void, float *w, const float *g, float *m, float *v, size_t n,
       level_nadam step)
LEVELS(ck_adagrad_step, void, float *w, const float *g, float *sum, size_t n, level_adagrad step)
LEVELS(ck_adadelta_step, void, float *w, const float *g, float *v, float *u, size_t n,
       level_adadelta step)
LEVELS(ck_winograd_convolve, void, level_images from, const float *weight, bool is_turned,
       const float *bias, level_images to, size_t batch, float *scratch)
LEVELS(ck_winograd_convolve_weights, void, level_images x, level_images dy, size_t batch,
       float *dweight, float *dbias, float *scratch)

#endif
