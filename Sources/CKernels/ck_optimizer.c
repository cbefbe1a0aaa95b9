#include "ck_optimizer.h"

#include "ck_clones.h"

CK_CLONES static void sgd_plain(float *restrict w, const float *restrict g, size_t n, ck_sgd s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    w[i] = w[i] - s.learning_rate * d;
  }
}

CK_CLONES static void sgd_first(float *restrict w, const float *restrict g, float *restrict buffer,
                                size_t n, ck_sgd s) {
  // Nesterov looks ahead by momentum times the buffer, which now is the gradient itself.
  const float ahead = s.nesterov ? s.momentum : 0.0f;
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    buffer[i] = d;
    w[i] = w[i] - s.learning_rate * (d + ahead * d);
  }
}

CK_CLONES static void sgd_momentum(float *restrict w, const float *restrict g,
                                   float *restrict buffer, size_t n, ck_sgd s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    float b = s.momentum * buffer[i] + s.gradient_share * d;
    buffer[i] = b;
    w[i] = w[i] - s.learning_rate * b;
  }
}

CK_CLONES static void sgd_nesterov(float *restrict w, const float *restrict g,
                                   float *restrict buffer, size_t n, ck_sgd s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    float b = s.momentum * buffer[i] + s.gradient_share * d;
    buffer[i] = b;
    w[i] = w[i] - s.learning_rate * (d + s.momentum * b);
  }
}

void ck_sgd_step(float *w, const float *g, float *momentum_buffer, size_t n, ck_sgd step) {
  if (momentum_buffer == NULL) {
    sgd_plain(w, g, n, step);
  } else if (step.is_first_step) {
    sgd_first(w, g, momentum_buffer, n, step);
  } else if (step.nesterov) {
    sgd_nesterov(w, g, momentum_buffer, n, step);
  } else {
    sgd_momentum(w, g, momentum_buffer, n, step);
  }
}

CK_CLONES void ck_adam_step(float *restrict w, const float *restrict g, float *restrict m,
                            float *restrict v, size_t n, ck_adam s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.gradient_decay * w[i];
    float mean = m[i] + s.mean_share * (d - m[i]);
    float square = s.beta2 * v[i] + s.square_share * (d * d);
    m[i] = mean;
    v[i] = square;
    float root = __builtin_elementwise_sqrt(square) * s.root_scale;
    w[i] = w[i] * s.parameter_scale - s.step_size * (mean / (root + s.epsilon));
  }
}
