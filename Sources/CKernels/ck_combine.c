#include "ck_combine.h"

#include <string.h>

#include "ck_clones.h"

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
