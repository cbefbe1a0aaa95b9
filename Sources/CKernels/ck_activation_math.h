// The formulas of the activations and of their derivatives, one element at a time.
//
// `kind` is a constant wherever these are used, so the switch disappears. Inputs of functions that
// are flat far out are clamped there: products like infinity * 0 never form.
#ifndef CK_ACTIVATION_MATH_H
#define CK_ACTIVATION_MATH_H

#include "ck_activation.h"
#include "ck_math.h"

#define CK_SELU_SCALE 1.05070098735548f
#define CK_SELU_SCALE_ALPHA 1.75809934084738f  // scale * 1.67326324235438
#define CK_GELU_LINEAR 1.59576912160573f       // 2 sqrt(2 / pi)
#define CK_GELU_CUBIC 0.0713548162726f         // 0.044715 times that
#define CK_BELL_HEIGHT 0.398942280401433f      // 1 / sqrt(2 pi)

CK_INLINE float ck_activate(const ck_activation kind, float alpha, float x) {
  switch (kind) {
    case CK_LINEAR: return x;
    case CK_RELU: return 0.0f > x ? 0.0f : x;
    case CK_LEAKY_RELU: return x > 0.0f ? x : alpha * x;
    case CK_ELU: return x > 0.0f ? x : alpha * ck_expm1(ck_at_most(x, 0.0f));
    case CK_SELU:
      return x > 0.0f ? CK_SELU_SCALE * x : CK_SELU_SCALE_ALPHA * ck_expm1(ck_at_most(x, 0.0f));
    case CK_SIGMOID: return ck_sigmoid(x);
    case CK_TANH: return ck_tanh(x);
    case CK_EXPONENTIAL: return ck_exp(x);
    case CK_SOFTPLUS: return ck_softplus(x);
    case CK_SWISH: return ck_at_least(x, -110.0f) * ck_sigmoid(x);
    case CK_MISH: {
      // tanh(log(1 + e^x)) is w / (w + 2) with w = e^x (e^x + 2).
      float e = ck_exp(ck_at_most(x, 20.0f));
      float w = e * (e + 2.0f);
      return ck_at_least(x, -110.0f) * (w / (w + 2.0f));
    }
    case CK_GELU: return ck_at_least(x, -20.0f) * ck_normal_at(x).cdf;
    case CK_GELU_TANH: {
      // (1 + tanh u) / 2 is the sigmoid of 2 u.
      float v = ck_at_least(x, -20.0f);
      return v * ck_sigmoid(v * (CK_GELU_LINEAR + CK_GELU_CUBIC * (v * v)));
    }
    case CK_HARD_SIGMOID: return ck_at_most(ck_at_least(x + 3.0f, 0.0f), 6.0f) / 6.0f;
    case CK_ARCTAN: return ck_atan(x);
    case CK_BINARY_STEP: return x >= 0.0f ? 1.0f : (x < 0.0f ? 0.0f : x);
  }
  return x;
}

/// dy f'; `v` is the saved output or input.
CK_INLINE float ck_activate_backward(const ck_activation kind, float alpha, float v, float dy) {
  switch (kind) {
    case CK_LINEAR: return dy;
    case CK_RELU: return v > 0.0f ? dy : 0.0f;
    case CK_LEAKY_RELU: return v > 0.0f ? dy : alpha * dy;
    case CK_ELU: return v > 0.0f ? dy : dy * (v + alpha);
    case CK_SELU: return dy * (v > 0.0f ? CK_SELU_SCALE : v + CK_SELU_SCALE_ALPHA);
    case CK_SIGMOID: return dy * (v * (1.0f - v));
    case CK_TANH: return dy * (1.0f - v * v);
    case CK_EXPONENTIAL: return dy * v;
    case CK_SOFTPLUS: return dy * -ck_expm1(-v);
    case CK_SWISH: {
      float x = ck_at_most(ck_at_least(v, -110.0f), 110.0f);
      float e = ck_exp(-__builtin_fabsf(x));
      float s = ck_sigmoid_from(x, e);
      return dy * (s * (1.0f + x * ck_sigmoid_from(-x, e)));
    }
    case CK_MISH: {
      float x = ck_at_most(ck_at_least(v, -110.0f), 20.0f);
      float e = ck_exp(x);
      float w = e * (e + 2.0f);
      float inverse = 1.0f / (w + 2.0f);
      return dy * (inverse * (w + (4.0f * x) * (e * (1.0f + e)) * inverse));
    }
    case CK_GELU: {
      float x = ck_at_most(ck_at_least(v, -20.0f), 20.0f);
      ck_normal normal = ck_normal_at(x);
      return dy * (normal.cdf + x * (CK_BELL_HEIGHT * normal.bell));
    }
    case CK_GELU_TANH: {
      float x = ck_at_most(ck_at_least(v, -20.0f), 20.0f);
      float square = x * x;
      float u = x * (CK_GELU_LINEAR + CK_GELU_CUBIC * square);
      float du = CK_GELU_LINEAR + (3.0f * CK_GELU_CUBIC) * square;
      float e = ck_exp(-__builtin_fabsf(u));
      return dy * (ck_sigmoid_from(u, e) * (1.0f + x * du * ck_sigmoid_from(-u, e)));
    }
    case CK_HARD_SIGMOID: return v > 0.0f && v < 1.0f ? dy / 6.0f : 0.0f;
    case CK_ARCTAN: return dy / (1.0f + v * v);
    case CK_BINARY_STEP: return 0.0f;
  }
  return dy;
}

#endif
