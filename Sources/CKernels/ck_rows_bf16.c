#include "ck_element_lanes.h"
#include "ck_pieces.h"
#include "ck_rows.h"
#include "ck_softmax.h"

CK_CLONES void ck_softmax_forward_bf16(const ck_bfloat16 *x, ck_bfloat16 *y, size_t rows,
                                       size_t cols) {
  float values[CK_PIECE];
  for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
    float maximum = -__builtin_inff(), lanes[16] = {0};
#define STEP(at, count)                                               \
  ck_widen_bf16(x + at, values, count);                               \
  const float largest = ck_row_maximum(values, count);                \
  maximum = largest > maximum ? largest : maximum;
    CK_FOR_EACH_PIECE(cols, STEP)
#undef STEP
#define STEP(at, count)                                               \
  ck_widen_bf16(x + at, values, count);                               \
  ck_add_row_exponentials(values, maximum, NULL, count, lanes);
    CK_FOR_EACH_PIECE(cols, STEP)
#undef STEP
    const float inverse = 1.0f / ck_join_lanes(lanes);
    // The exponentials once more: they must not be rounded before they are divided.
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) {
      y[c] = ck_rounded(ck_exp(ck_widened(x[c]) - maximum) * inverse);
    }
  }
}

CK_CLONES void ck_softmax_backward_bf16(const ck_bfloat16 *y, const ck_bfloat16 *dy,
                                        ck_bfloat16 *dx, size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, y += cols, dy += cols, dx += cols) {
    ck_floats lanes = 0.0f, v, d;
    for (size_t c = 0; c < cols; c += CK_LANES) {
      const size_t n = cols - c < CK_LANES ? cols - c : CK_LANES;
      ck_load_lanes(CK_BFLOAT16, y, c, n, &v);
      ck_load_lanes(CK_BFLOAT16, dy, c, n, &d);
      lanes = v * d + lanes;
    }
    const float dot = ck_join_lanes((const float *)&lanes);
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) {
      dx[i] = ck_rounded(ck_widened(y[i]) * (ck_widened(dy[i]) - dot));
    }
  }
}
