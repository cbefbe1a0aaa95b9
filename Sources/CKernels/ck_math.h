// Elementary functions on float32 that vectorize: no branches, no tables, no calls.
//
// They are our own, not libm's, because libm's bits depend on the CPU it dispatches to. Each is
// within 3 units in the last place, the normal distribution within 7 (tests hold the activations
// made of them to libm in double), passes NaN through and has the right limits at infinity.
// Polynomials are minimax fits of relative error.
#ifndef CK_MATH_H
#define CK_MATH_H

#include <stdint.h>
#include <string.h>

#include "ck_clones.h"

CK_INLINE float ck_from_bits(int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

CK_INLINE int32_t ck_to_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// The larger, or smaller, of x and a constant bound; NaN in x stays NaN.
CK_INLINE float ck_at_least(float x, float bound) { return x < bound ? bound : x; }
CK_INLINE float ck_at_most(float x, float bound) { return x > bound ? bound : x; }

/// x = n ln 2 + r with |r| <= ln 2 / 2, and q = e^r - 1.
typedef struct {
  int32_t n;
  float q;
} ck_exp_parts;

CK_INLINE ck_exp_parts ck_split_exp(float x) {
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  const float magic = 0x1.8p23f;
  float t = x * 1.44269504f + magic;
  float n = t - magic;
  float r = x - n * 0x1.62ep-1f;  // the leading bits of ln 2: the product is exact
  r = r - n * 0x1.0bfbe8p-15f;
  float p = 1.394759864e-03f;
  p = p * r + 8.367246948e-03f;
  p = p * r + 4.166626558e-02f;
  p = p * r + 1.666653752e-01f;
  p = p * r + 5.000000000e-01f;
  ck_exp_parts parts = {ck_to_bits(t) - ck_to_bits(magic), r + (r * r) * p};
  return parts;
}

/// e^x; infinity above 88.7, and 0 below -86.6, so that saturated inputs never make the subnormal
/// numbers that CPUs are slow with.
CK_INLINE float ck_exp(float x) {
  ck_exp_parts e = ck_split_exp(ck_at_most(ck_at_least(x, -86.6f), 89.0f));
  // 2^n itself may be out of range, half of it is not.
  float half = ck_from_bits((e.n + 126) * (1 << 23));
  return x < -86.6f ? 0.0f : (1.0f + e.q) * half * 2.0f;
}

/// e^x - 1 without cancellation near 0; for x up to 80.
CK_INLINE float ck_expm1(float x) {
  ck_exp_parts e = ck_split_exp(ck_at_least(x, -30.0f));
  float scale = ck_from_bits((e.n + 127) * (1 << 23));
  return scale * e.q + (scale - 1.0f);
}

/// log(1 + f) for f between sqrt(1/2) - 1 and 1, through 2 atanh(f / (2 + f)).
CK_INLINE float ck_log1p(float f) {
  float s = f / (2.0f + f);
  float z = s * s;
  float p = 1.401563734e-01f;
  p = p * z + 1.399893165e-01f;
  p = p * z + 2.001088560e-01f;
  p = p * z + 3.333320618e-01f;
  float twice = s + s;
  return twice + (twice * z) * p;
}

/// log x for normal positive x; infinity and NaN stay what they are.
CK_INLINE float ck_log(float x) {
  // Shifts the exponent so that the mantissa lies around 1, from sqrt(1/2) to sqrt(2).
  int32_t shifted = ck_to_bits(x) + (0x3F800000 - 0x3F3504F3);
  float k = (float)((shifted >> 23) - 127);
  float m = ck_from_bits((shifted & 0x007FFFFF) + 0x3F3504F3);
  float y = k * 0x1.62ep-1f + (k * 0x1.0bfbe8p-15f + ck_log1p(m - 1.0f));
  return x < __builtin_inff() ? y : x;
}

CK_INLINE float ck_tanh(float x) {
  float e = ck_expm1(2.0f * ck_at_most(__builtin_fabsf(x), 10.0f));
  return __builtin_copysignf(e / (e + 2.0f), x);
}

/// 1 / (1 + e^-x), from the e^-|x| that callers often need too.
CK_INLINE float ck_sigmoid_from(float x, float e) { return (x >= 0.0f ? 1.0f : e) / (1.0f + e); }

CK_INLINE float ck_sigmoid(float x) { return ck_sigmoid_from(x, ck_exp(-__builtin_fabsf(x))); }

/// log(1 + e^x).
CK_INLINE float ck_softplus(float x) {
  return (x > 0.0f ? x : 0.0f) + ck_log1p(ck_exp(-__builtin_fabsf(x)));
}

CK_INLINE float ck_atan(float x) {
  float a = __builtin_fabsf(x);
  float v = a > 1.0f ? 1.0f / a : a;
  float z = v * v;
  float p = -1.826736843e-03f;
  p = p * z + 1.106245071e-02f;
  p = p * z + -3.145226091e-02f;
  p = p * z + 5.823136866e-02f;
  p = p * z + -8.419289440e-02f;
  p = p * z + 1.095752418e-01f;
  p = p * z + -1.426523626e-01f;
  p = p * z + 1.999863833e-01f;
  p = p * z + -3.333330154e-01f;
  float r = v + (v * z) * p;
  return __builtin_copysignf(a > 1.0f ? 1.57079637f - (r + 4.37113883e-08f) : r, x);
}

/// e^(-x^2 / 2), and the standard normal distribution function at x: (1 + erf(x / sqrt 2)) / 2.
typedef struct {
  float bell;
  float cdf;
} ck_normal;

CK_INLINE ck_normal ck_normal_at(float x) {
  float a = ck_at_most(__builtin_fabsf(x), 20.0f);
  // What rounding takes off the square, magnified by e^, is put back to first order.
  float square = a * a;
  float lost = a * a - square;
  float bell = ck_exp(-0.5f * square);
  bell = bell - bell * (0.5f * lost);
  // The tail over the bell is smooth: a polynomial in 1 / (1 + 0.3 a) fits it over all of 0...15.
  float t = 1.0f / (1.0f + 0.3f * a);
  float p = -2.062487975e-02f;
  p = p * t + 1.124435365e-01f;
  p = p * t + -2.282329500e-01f;
  p = p * t + 1.918113828e-01f;
  p = p * t + -7.944679260e-02f;
  p = p * t + 9.616992623e-02f;
  p = p * t + 7.838490605e-02f;
  p = p * t + 1.102364957e-01f;
  p = p * t + 1.195716783e-01f;
  p = p * t + 1.196867004e-01f;
  float tail = bell * (t * p);
  ck_normal normal = {bell, x < 0.0f ? tail : 1.0f - tail};
  return normal;
}

#endif
