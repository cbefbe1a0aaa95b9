// Several buffers made into one.
#ifndef CK_COMBINE_H
#define CK_COMBINE_H

#include <stddef.h>

/// out = a * b. `out` may be a or b.
void ck_multiply(const float *a, const float *b, float *out, size_t n);

/// Copies `cols` floats of each row between buffers whose rows are `from_stride` and `to_stride`
/// floats long.
void ck_copy_columns(const float *from, size_t from_stride, float *to, size_t to_stride,
                     size_t rows, size_t cols);

#endif
