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

CK_CLONES void ck_adam_amsgrad_step(float *restrict w, const float *restrict g, float *restrict m,
                                    float *restrict v, float *restrict largest, size_t n,
                                    ck_adam s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.gradient_decay * w[i];
    float mean = m[i] + s.mean_share * (d - m[i]);
    float square = s.beta2 * v[i] + s.square_share * (d * d);
    float most = square > largest[i] ? square : largest[i];
    m[i] = mean;
    v[i] = square;
    largest[i] = most;
    float root = __builtin_elementwise_sqrt(most) * s.root_scale;
    w[i] = w[i] * s.parameter_scale - s.step_size * (mean / (root + s.epsilon));
  }
}

CK_CLONES void ck_nadam_step(float *restrict w, const float *restrict g, float *restrict m,
                             float *restrict v, size_t n, ck_nadam s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    float mean = m[i] + s.mean_share * (d - m[i]);
    float square = s.beta2 * v[i] + s.square_share * (d * d);
    m[i] = mean;
    v[i] = square;
    float root = __builtin_elementwise_sqrt(square) * s.root_scale;
    w[i] = w[i] - (s.gradient_step * d + s.mean_step * mean) / (root + s.epsilon);
  }
}

/// One element's step of RMSprop, so that each of the four kinds has its own vector loop.
#define RMSPROP_LOOP(CENTER, MOVE)                                    \
  CK_ELEMENTWISE                                                      \
  for (size_t i = 0; i < n; i++) {                                    \
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];        \
    float square = s.alpha * v[i] + s.share * (d * d);                \
    v[i] = square;                                                    \
    CENTER                                                            \
    float step = d / (__builtin_elementwise_sqrt(square) + s.epsilon); \
    MOVE                                                              \
    w[i] = w[i] - s.learning_rate * step;                             \
  }

// Rounding may take the variance of equal gradients below 0, which has no root.
#define CENTERED                                  \
  float average = mean[i] + s.share * (d - mean[i]); \
  mean[i] = average;                              \
  square = square - average * average;            \
  square = square < 0.0f ? 0.0f : square;

#define WITH_MOMENTUM                  \
  step = s.momentum * buffer[i] + step; \
  buffer[i] = step;

CK_CLONES static void rmsprop_plain(float *restrict w, const float *restrict g, float *restrict v,
                                    size_t n, ck_rmsprop s) {
  RMSPROP_LOOP(, )
}

CK_CLONES static void rmsprop_momentum(float *restrict w, const float *restrict g,
                                       float *restrict v, float *restrict buffer, size_t n,
                                       ck_rmsprop s) {
  RMSPROP_LOOP(, WITH_MOMENTUM)
}

CK_CLONES static void rmsprop_centered(float *restrict w, const float *restrict g,
                                       float *restrict v, float *restrict mean, size_t n,
                                       ck_rmsprop s) {
  RMSPROP_LOOP(CENTERED, )
}

CK_CLONES static void rmsprop_centered_momentum(float *restrict w, const float *restrict g,
                                                float *restrict v, float *restrict buffer,
                                                float *restrict mean, size_t n, ck_rmsprop s) {
  RMSPROP_LOOP(CENTERED, WITH_MOMENTUM)
}

void ck_rmsprop_step(float *w, const float *g, float *v, float *momentum_buffer, float *mean,
                     size_t n, ck_rmsprop step) {
  if (momentum_buffer == NULL && mean == NULL) {
    rmsprop_plain(w, g, v, n, step);
  } else if (mean == NULL) {
    rmsprop_momentum(w, g, v, momentum_buffer, n, step);
  } else if (momentum_buffer == NULL) {
    rmsprop_centered(w, g, v, mean, n, step);
  } else {
    rmsprop_centered_momentum(w, g, v, momentum_buffer, mean, n, step);
  }
}

CK_CLONES void ck_adagrad_step(float *restrict w, const float *restrict g, float *restrict sum,
                               size_t n, ck_adagrad s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    float squares = (sum[i] + s.initial) + d * d;
    sum[i] = squares;
    w[i] = w[i] - s.learning_rate * (d / (__builtin_elementwise_sqrt(squares) + s.epsilon));
  }
}

CK_CLONES void ck_adadelta_step(float *restrict w, const float *restrict g, float *restrict v,
                                float *restrict u, size_t n, ck_adadelta s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale + s.weight_decay * w[i];
    float square = s.rho * v[i] + s.share * (d * d);
    float ratio = __builtin_elementwise_sqrt(u[i] + s.epsilon) /
                  __builtin_elementwise_sqrt(square + s.epsilon);
    float step = ratio * d;
    v[i] = square;
    u[i] = s.rho * u[i] + s.share * (step * step);
    w[i] = w[i] - s.learning_rate * step;
  }
}
