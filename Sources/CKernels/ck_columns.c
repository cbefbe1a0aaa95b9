#include "ck_columns.h"

#include "ck_clones.h"

/// Four rows at a time, so that the sums travel through memory less; the order stays row after row.
#define ADD_ROWS(LOOP)                                                                   \
  size_t r = 0;                                                                          \
  for (; r + 4 <= rows; r += 4, x += 4 * cols) {                                         \
    LOOP                                                                                 \
    for (size_t c = 0; c < cols; c++) {                                                  \
      sums[c] = (((sums[c] + x[c]) + x[cols + c]) + x[2 * cols + c]) + x[3 * cols + c];  \
    }                                                                                    \
  }                                                                                      \
  for (; r < rows; r++, x += cols) {                                                     \
    LOOP                                                                                 \
    for (size_t c = 0; c < cols; c++) sums[c] = sums[c] + x[c];                          \
  }

CK_CLONES void ck_add_columns(const float *x, float *sums, size_t rows, size_t cols) {
  if (cols < CK_SHORT_ROW) {
    ADD_ROWS(CK_ELEMENTWISE_SHORT)
  } else {
    ADD_ROWS(CK_ELEMENTWISE)
  }
}
