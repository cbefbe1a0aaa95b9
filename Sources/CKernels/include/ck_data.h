// From stored samples to network inputs: y = x * scale + shift.
#ifndef CK_DATA_H
#define CK_DATA_H

#include <stddef.h>
#include <stdint.h>

/// One scale and shift for all elements, from bytes.
void ck_affine_u8(const uint8_t *x, float *y, size_t n, float scale, float shift);

/// One scale and shift for each column, from bytes.
void ck_affine_u8_columns(const uint8_t *x, float *y, size_t rows, size_t cols,
                          const float *scale, const float *shift);

/// One scale and shift for all elements. In place (x == y) allowed.
void ck_affine_f32(const float *x, float *y, size_t n, float scale, float shift);

/// One scale and shift for each column. In place (x == y) allowed.
void ck_affine_f32_columns(const float *x, float *y, size_t rows, size_t cols, const float *scale,
                           const float *shift);

#endif
