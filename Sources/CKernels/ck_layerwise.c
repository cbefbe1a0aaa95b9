#include "ck_layerwise.h"

#include "ck_clones.h"

CK_CLONES void ck_lamb_direction(const float *restrict w, float *restrict g, float *restrict m,
                                 float *restrict v, size_t n, ck_lamb s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float d = g[i] * s.gradient_scale;
    float mean = m[i] + s.mean_share * (d - m[i]);
    float square = s.beta2 * v[i] + s.square_share * (d * d);
    m[i] = mean;
    v[i] = square;
    float root = __builtin_elementwise_sqrt(square) * s.root_scale;
    g[i] = (mean * s.mean_scale) / (root + s.epsilon) + s.weight_decay * w[i];
  }
}

CK_CLONES void ck_descend(float *restrict w, const float *restrict direction, size_t n,
                          float rate) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) w[i] = w[i] - rate * direction[i];
}

CK_CLONES static void lars_plain(float *restrict w, const float *restrict g, size_t n, ck_lars s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) w[i] = w[i] - s.rate * (g[i] + s.weight_decay * w[i]);
}

CK_CLONES static void lars_momentum(float *restrict w, const float *restrict g,
                                    float *restrict buffer, size_t n, ck_lars s) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    float b = s.momentum * buffer[i] + s.rate * (g[i] + s.weight_decay * w[i]);
    buffer[i] = b;
    w[i] = w[i] - b;
  }
}

void ck_lars_step(float *w, const float *g, float *momentum_buffer, size_t n, ck_lars step) {
  if (momentum_buffer == NULL) {
    lars_plain(w, g, n, step);
  } else {
    lars_momentum(w, g, momentum_buffer, n, step);
  }
}
