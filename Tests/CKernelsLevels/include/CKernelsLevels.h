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
  float gradient_scale, weight_decay, mean_share, mean_scale, beta2, square_share, root_scale,
      epsilon;
} level_lamb;

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
LEVELS(ck_lamb_direction, void, const float *w, float *g, float *m, float *v, size_t n,
       level_lamb step)
LEVELS(ck_descend, void, float *w, const float *direction, size_t n, float rate)
LEVELS(ck_add_penalty, void, float *g, const float *w, size_t n, float l1, float l2)
LEVELS(ck_rnn_backward, void, const float *h, const float *dh, const float *dy, size_t dy_stride,
       float *dz, float *dbias, size_t rows, size_t units)
LEVELS(ck_lstm_forward, void, float *gates, const float *c_before, float *c, float *h, size_t rows,
       size_t units)
LEVELS(ck_lstm_backward, void, float *gates, const float *c_before, const float *c,
       const float *dh, const float *dy, size_t dy_stride, float *dc, float *dbias, size_t rows,
       size_t units)
LEVELS(ck_gru_forward, void, float *gates, const float *products, const float *h_before, float *h,
       size_t rows, size_t units)
LEVELS(ck_gru_backward, void, float *gates, float *products, const float *h_before, float *dh,
       const float *dy, size_t dy_stride, float *dbias, float *dproducts_bias, size_t rows,
       size_t units)

LEVELS(ck_widen_bf16, void, const uint16_t *x, float *y, size_t n)
LEVELS(ck_round_bf16, void, const float *x, uint16_t *y, size_t n)
LEVELS(ck_add_bf16, void, const uint16_t *a, const uint16_t *b, uint16_t *out, size_t n)

LEVELS(ck_batch_norm_statistics, void, unsigned type, const void *x, float epsilon, float *mean,
       float *factor, float *unbiased_variance, size_t rows, size_t channels)
LEVELS(ck_batch_norm_apply, void, unsigned type, bool relu, const void *x, const void *addend,
       const float *mean, const float *factor, const float *weight, const float *bias, void *y,
       size_t rows, size_t channels)
LEVELS(ck_batch_norm_backward, void, unsigned type, const void *x, const void *y,
       const float *mean, const float *factor, const float *weight, const void *dy, void *dx,
       void *daddend, float *dweight, float *dbias, size_t rows, size_t channels)

LEVELS(ck_max_pool_forward, void, unsigned type, const void *pool, const void *x, void *y,
       void *winners)
LEVELS(ck_max_pool_backward, void, unsigned type, const void *pool, const void *dy,
       const void *winners, void *dx)
LEVELS(ck_average_pool_forward, void, unsigned type, const void *pool, const void *x, void *y)
LEVELS(ck_average_pool_backward, void, unsigned type, const void *pool, const void *dy, void *dx)
// Sizes, dropout and rows are CKernels' own structures.
LEVELS(ck_attention_forward, void, const void *shape, const void *dropout, const void *rows,
       float *y, float *statistics, float *scratch)
LEVELS(ck_attention_backward, void, const void *shape, const void *dropout, const void *rows,
       const float *y, const float *statistics, const float *dy, const void *gradients,
       float *scratch)

LEVELS(ck_relu_forward_bf16, void, const uint16_t *x, uint16_t *y, size_t n)
LEVELS(ck_relu_backward_bf16, void, const uint16_t *y, const uint16_t *dy, uint16_t *dx, size_t n)
LEVELS(ck_relu_bias_backward_bf16, void, const uint16_t *y, const uint16_t *dy, uint16_t *dz,
       float *dbias, size_t rows, size_t cols)
LEVELS(ck_add_columns_bf16, void, const uint16_t *dy, float *dbias, size_t rows, size_t cols)
LEVELS(ck_multiply_bf16, void, const uint16_t *a, const uint16_t *b, uint16_t *out, size_t n)
LEVELS(ck_dropout_forward_bf16, void, const uint16_t *x, uint16_t *y, uint8_t *mask, size_t rows,
       size_t cols, float rate, uint32_t key0, uint32_t key1, uint32_t step, uint32_t layer,
       const uint32_t *sample_ids)
LEVELS(ck_softmax_forward_bf16, void, const uint16_t *x, uint16_t *y, size_t rows, size_t cols)
LEVELS(ck_softmax_backward_bf16, void, const uint16_t *y, const uint16_t *dy, uint16_t *dx,
       size_t rows, size_t cols)
LEVELS(ck_layer_norm_forward_bf16, void, const uint16_t *x, const float *weight,
       const float *bias, float epsilon, uint16_t *y, float *mean, float *factor, size_t rows,
       size_t cols)
LEVELS(ck_layer_norm_backward_bf16, void, const uint16_t *x, const float *weight,
       const float *mean, const float *factor, const uint16_t *dy, uint16_t *dx, float *dweight,
       float *dbias, size_t rows, size_t cols)
LEVELS(ck_embedding_backward_bf16, void, const float *ids, const uint16_t *dy, size_t id_count,
       float *dweight, size_t rows, size_t cols)

LEVELS(ck_winograd_convolve, void, level_images from, const float *weight, bool is_turned,
       const float *bias, level_images to, size_t batch, float *scratch)
LEVELS(ck_winograd_convolve_weights, void, level_images x, level_images dy, size_t batch,
       float *dweight, float *dbias, float *scratch)

#endif
