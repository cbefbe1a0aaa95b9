#include "ck_data.h"

#include "ck_clones.h"

CK_CLONES void ck_affine_u8(const uint8_t *x, float *y, size_t n, float scale, float shift) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) y[i] = (float)x[i] * scale + shift;
}

CK_CLONES void ck_affine_u8_columns(const uint8_t *x, float *y, size_t rows, size_t cols,
                                    const float *scale, const float *shift) {
  for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) y[c] = (float)x[c] * scale[c] + shift[c];
  }
}

CK_CLONES void ck_affine_f32(const float *x, float *y, size_t n, float scale, float shift) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) y[i] = x[i] * scale + shift;
}

CK_CLONES void ck_affine_f32_columns(const float *x, float *y, size_t rows, size_t cols,
                                     const float *scale, const float *shift) {
  for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) y[c] = x[c] * scale[c] + shift[c];
  }
}
