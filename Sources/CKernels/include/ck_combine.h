// Several buffers made into one.
#ifndef CK_COMBINE_H
#define CK_COMBINE_H

#include <stddef.h>

#include "ck_bfloat16.h"

/// out = a * b. `out` may be a or b.
void ck_multiply(const float *a, const float *b, float *out, size_t n);

/// Copies `cols` floats of each row between buffers whose rows are `from_stride` and `to_stride`
/// floats long.
void ck_copy_columns(const float *from, size_t from_stride, float *to, size_t to_stride,
                     size_t rows, size_t cols);

/// The forms on bfloat16.
void ck_multiply_bf16(const ck_bfloat16 *a, const ck_bfloat16 *b, ck_bfloat16 *out, size_t n);
void ck_copy_columns_bf16(const ck_bfloat16 *from, size_t from_stride, ck_bfloat16 *to,
                          size_t to_stride, size_t rows, size_t cols);

/// out = the parts added from the first to the last in float32, rounded once. At least one part;
/// `out` may be one of them.
void ck_sum_bf16(const ck_bfloat16 *const *parts, size_t part_count, ck_bfloat16 *out, size_t n);

#endif
