// Sums down the columns of a matrix, in the order of rows.
#ifndef CK_COLUMNS_H
#define CK_COLUMNS_H

#include <stddef.h>

/// Rows below this are one or two masked vectors rather than a vector loop with a scalar tail.
#define CK_SHORT_ROW 32

/// sums[c] += x[r, c] for all rows, row after row.
void ck_add_columns(const float *x, float *sums, size_t rows, size_t cols);

#endif
