// Between the weights and their points: G w G^T and G^T u G.
#ifndef CK_WINOGRAD_WEIGHTS_H
#define CK_WINOGRAD_WEIGHTS_H

#include <stdbool.h>

#include "ck_winograd_points.h"

/// Transforms weights [filters, channels, 3, 3] to points of groups of outputs, a row for each
/// input.
///
/// Outputs are the filters and inputs the channels, or, with the kernels turned by 180 degrees, the
/// other way.
CK_INLINE void ck_winograd_transform_weights(const float *weight, size_t filters, size_t channels,
                                             bool is_turned, ck_winograd_points u) {
  const size_t outputs = is_turned ? channels : filters, inputs = is_turned ? filters : channels;
  const size_t output = 9 * (is_turned ? 1 : channels), input = 9 * (is_turned ? channels : 1);
  float w[9][16] = {0};
  for (size_t o = 0; o < outputs; o += 16) {
    const size_t n = outputs - o < 16 ? outputs - o : 16;
    for (size_t c = 0; c < inputs; c++) {
      const float *from = weight + o * output + c * input;
      for (size_t k = 0; k < n; k++) {
        CK_UNROLL
        for (size_t e = 0; e < 9; e++) w[is_turned ? 8 - e : e][k] = from[k * output + e];
      }
      ck_float16 columns[3][6];
      CK_UNROLL
      for (size_t j = 0; j < 3; j++) {
        const ck_float16 column[3] = {*(ck_float16 *)w[j], *(ck_float16 *)w[3 + j],
                                      *(ck_float16 *)w[6 + j]};
        ck_winograd_weight_line(column, columns[j]);
      }
      float *to = u.data + 16 * (o / 16 * u.rows + c);
      CK_UNROLL
      for (size_t i = 0; i < 6; i++) {
        const ck_float16 row[3] = {columns[0][i], columns[1][i], columns[2][i]};
        ck_float16 points[6];
        ck_winograd_weight_line(row, points);
        CK_UNROLL
        for (size_t j = 0; j < 6; j++) *(ck_float16 *)(to + (6 * i + j) * u.stride) = points[j];
      }
    }
  }
}

/// Transforms sums over tiles to the gradient of weights [filters, channels, 3, 3].
CK_INLINE void ck_winograd_transform_weight_gradient(ck_winograd_points sums, size_t filters,
                                                     size_t channels, float *dweight) {
  for (size_t o = 0; o < filters; o += 16) {
    const size_t n = filters - o < 16 ? filters - o : 16;
    for (size_t c = 0; c < channels; c++) {
      const float *from = sums.data + 16 * (o / 16 * sums.rows + c);
      ck_float16 columns[6][3], w[9];
      CK_UNROLL
      for (size_t j = 0; j < 6; j++) {
        ck_float16 column[6];
        CK_UNROLL
        for (size_t i = 0; i < 6; i++) {
          column[i] = *(const ck_float16 *)(from + (6 * i + j) * sums.stride);
        }
        ck_winograd_weight_gradient_line(column, columns[j]);
      }
      CK_UNROLL
      for (size_t i = 0; i < 3; i++) {
        ck_float16 row[6];
        CK_UNROLL
        for (size_t j = 0; j < 6; j++) row[j] = columns[j][i];
        ck_winograd_weight_gradient_line(row, w + 3 * i);
      }
      float *to = dweight + 9 * (o * channels + c);
      for (size_t k = 0; k < n; k++) {
        CK_UNROLL
        for (size_t e = 0; e < 9; e++) to[9 * channels * k + e] = w[e][k];
      }
    }
  }
}

#endif
