#include "ck_bfloat16.h"

#include "ck_element.h"

/// Elements between two looks at whether a bad one was found.
#define BLOCK 1024

CK_CLONES void ck_widen_bf16(const ck_bfloat16 *x, float *y, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) y[i] = ck_widened(x[i]);
}

CK_CLONES void ck_round_bf16(const float *x, ck_bfloat16 *y, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) y[i] = ck_rounded(x[i]);
}

CK_CLONES bool ck_all_finite_bf16(const ck_bfloat16 *x, size_t n) {
  // An exponent of all ones is infinite or NaN.
  const ck_bfloat16 exponent = 0x7F80;
  for (size_t start = 0; start < n; start += BLOCK) {
    size_t end = n - start < BLOCK ? n : start + BLOCK;
    ck_bfloat16 bad = 0;
    for (size_t i = start; i < end; i++) bad |= (x[i] & exponent) == exponent;
    if (bad) return false;
  }
  return true;
}

CK_CLONES void ck_add_bf16(const ck_bfloat16 *a, const ck_bfloat16 *b, ck_bfloat16 *out,
                           size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) out[i] = ck_rounded(ck_widened(a[i]) + ck_widened(b[i]));
}
