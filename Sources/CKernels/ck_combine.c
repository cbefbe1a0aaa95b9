#include "ck_combine.h"

#include <string.h>

#include "ck_element.h"
#include "ck_pieces.h"
#include "ck_reduce.h"

CK_CLONES void ck_multiply(const float *a, const float *b, float *out, size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

void ck_copy_columns(const float *from, size_t from_stride, float *to, size_t to_stride,
                     size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    memcpy(to, from, cols * sizeof(float));
  }
}

CK_CLONES void ck_multiply_bf16(const ck_bfloat16 *a, const ck_bfloat16 *b, ck_bfloat16 *out,
                                size_t n) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) out[i] = ck_rounded(ck_widened(a[i]) * ck_widened(b[i]));
}

void ck_copy_columns_bf16(const ck_bfloat16 *from, size_t from_stride, ck_bfloat16 *to,
                          size_t to_stride, size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    memcpy(to, from, cols * sizeof(ck_bfloat16));
  }
}

void ck_sum_bf16(const ck_bfloat16 *const *parts, size_t part_count, ck_bfloat16 *out, size_t n) {
  if (part_count == 2) {
    ck_add_bf16(parts[0], parts[1], out, n);
    return;
  }
  float sum[CK_PIECE], part[CK_PIECE];
#define STEP(at, count)                            \
  ck_widen_bf16(parts[0] + at, sum, count);        \
  for (size_t k = 1; k < part_count; k++) {        \
    ck_widen_bf16(parts[k] + at, part, count);     \
    ck_add(sum, part, sum, count);                 \
  }                                                \
  ck_round_bf16(sum, out + at, count);
  CK_FOR_EACH_PIECE(n, STEP)
#undef STEP
}
