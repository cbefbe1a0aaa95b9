// Parts that softmax and cross entropy share: maximum and sum of exponentials along a row.
#ifndef CK_SOFTMAX_H
#define CK_SOFTMAX_H

#include "ck_lanes.h"
#include "ck_math.h"

CK_INLINE float ck_row_maximum(const float *x, size_t cols) {
  float lanes[16];
  for (int j = 0; j < 16; j++) lanes[j] = -__builtin_inff();
  size_t c = 0;
  for (; c + 16 <= cols; c += 16) {
    CK_LANES_16
    for (size_t j = 0; j < 16; j++) lanes[j] = lanes[j] > x[c + j] ? lanes[j] : x[c + j];
  }
  float maximum = -__builtin_inff();
  for (int j = 0; j < 16; j++) maximum = lanes[j] > maximum ? lanes[j] : maximum;
  for (; c < cols; c++) maximum = x[c] > maximum ? x[c] : maximum;
  return maximum;
}

/// Adds e^(x - maximum) along a row to 16 lanes; each is written to y unless that is NULL. In place
/// allowed. A row may come in parts, all but the last of a multiple of 16 columns.
CK_INLINE void ck_add_row_exponentials(const float *x, float maximum, float *y, size_t cols,
                                       float *lanes) {
  float e[16];
  size_t c = 0;
  for (; c + 16 <= cols; c += 16) {
    CK_LANES_16
    for (size_t j = 0; j < 16; j++) {
      e[j] = ck_exp(x[c + j] - maximum);
      lanes[j] = lanes[j] + e[j];
    }
    if (y != NULL) memcpy(y + c, e, sizeof e);
  }
  if (c < cols) {
    // Lanes past the end get e^-inf, which adds nothing.
    for (size_t j = 0; j < 16; j++) e[j] = -__builtin_inff();
    memcpy(e, x + c, (cols - c) * sizeof(float));
    CK_LANES_16
    for (size_t j = 0; j < 16; j++) {
      e[j] = ck_exp(e[j] - maximum);
      lanes[j] = lanes[j] + e[j];
    }
    if (y != NULL) memcpy(y + c, e, (cols - c) * sizeof(float));
  }
}

/// The sum of e^(x - maximum) along a row, in 16 lanes; each is written to y unless that is
/// NULL. In place allowed.
CK_INLINE float ck_row_exponentials(const float *x, float maximum, float *y, size_t cols) {
  float lanes[16] = {0};
  ck_add_row_exponentials(x, maximum, y, cols, lanes);
  return ck_join_lanes(lanes);
}

#endif
