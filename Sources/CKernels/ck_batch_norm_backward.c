#include "ck_batch_norm.h"
#include "ck_element.h"
#include "ck_wide_rows.h"

/// dy behind the ReLU, if there is one.
CK_INLINE float gradient_at(const ck_element_type type, const bool relu, const void *y,
                            const void *dy, size_t i) {
  const float d = ck_load(type, dy, i);
  return !relu || ck_load(type, y, i) > 0.0f ? d : 0.0f;
}

/// The sums over a block of the gradient and of its products with x - mean; the gradient is written
/// to `passed` unless that is NULL.
CK_INLINE void add_gradients(const ck_element_type type, const bool relu, const void *x,
                             const void *y, const float *mean, const void *dy, void *passed,
                             const ck_block *b, const ck_strip *s, ck_block_sums *sums) {
  const size_t stride = s->stride;
  float *sum = sums->sum, *product = sums->product;
  ck_clear_sums(sums, s->width);
#define AT(name, i)                                        \
  const float name = gradient_at(type, relu, y, dy, i);    \
  const float name##_x = ck_load(type, x, i) - mean[j];    \
  if (passed != NULL) ck_store(type, passed, i, name);
#define PIECE(start, end)                                                              \
  ck_fetch_four(type, x, ahead + start, stride, CK_PIECE);                             \
  ck_fetch_four(type, dy, ahead + start, stride, CK_PIECE);                            \
  if (relu) ck_fetch_four(type, y, ahead + start, stride, CK_PIECE);                   \
  if (passed != NULL) ck_fetch_four(type, passed, ahead + start, stride, CK_PIECE);  \
  CK_ELEMENTWISE                                                                       \
  for (size_t j = start; j < end; j++) {                                               \
    AT(p, at + j)                                                                      \
    AT(q, at + stride + j)                                                             \
    AT(u, at + 2 * stride + j)                                                         \
    AT(v, at + 3 * stride + j)                                                         \
    sum[j] = sum[j] + ((p + q) + (u + v));                                             \
    product[j] = product[j] + ((p * p_x + q * q_x) + (u * u_x + v * v_x));             \
  }
#define FOUR(at)                                                                       \
  {                                                                                    \
    const size_t ahead = at + CK_ROWS_AHEAD * stride;                                  \
    CK_FOR_PIECES(s, PIECE)                                                            \
  }
#define ONE(at, n)                             \
  {                                            \
    CK_ELEMENTWISE                             \
    for (size_t j = 0; j < (n); j++) {         \
      AT(p, at + j)                            \
      sum[j] = sum[j] + p;                     \
      product[j] = p * p_x + product[j];       \
    }                                          \
  }
  CK_FOR_ROWS_OF_BLOCK(b, s, FOUR, ONE)
#undef ONE
#undef FOUR
#undef PIECE
#undef AT
  ck_fold_sums(sums, s);
}

/// The sums over all rows that the gradients are made of.
typedef struct {
  double gradient[CK_WIDE_ROW];
  double product[CK_WIDE_ROW];
} gradient_sums;

CK_INLINE void sum_gradients(const ck_element_type type, const bool relu, const void *x,
                             const void *y, const float *mean, const void *dy, void *passed,
                             const ck_strip *s, gradient_sums *total) {
  ck_block_sums sums;
  for (size_t c = 0; c < s->channels; c++) total->gradient[c] = total->product[c] = 0;
  for (size_t index = 0; index < ck_block_count(s); index++) {
    const ck_block b = ck_block_at(s, index);
    add_gradients(type, relu, x, y, mean, dy, passed, &b, s, &sums);
    CK_ELEMENTWISE
    for (size_t c = 0; c < s->channels; c++) {
      total->gradient[c] = total->gradient[c] + (double)sums.sum[c];
      total->product[c] = total->product[c] + (double)sums.product[c];
    }
  }
}

/// What dx is made of: gain ((dy - offset) - (x - mean) slope), each [channels of a wide row].
typedef struct {
  float mean[CK_WIDE_ROW];
  float gain[CK_WIDE_ROW];
  float offset[CK_WIDE_ROW];
  float slope[CK_WIDE_ROW];
} gradient_terms;

CK_INLINE void write_gradients(const ck_element_type type, const void *x, const void *dy,
                               const gradient_terms *terms, void *dx, const ck_strip *s) {
  const float *mean = terms->mean, *gain = terms->gain;
  const float *offset = terms->offset, *slope = terms->slope;
#define ROW(start, n)                                                           \
  {                                                                             \
    const size_t at = start, count = n;                                         \
    const size_t ahead = at - CK_ROWS_AHEAD * s->stride;                        \
    ck_fetch(type, x, ahead, count);                                            \
    ck_fetch(type, dy, ahead, count);                                           \
    ck_fetch(type, dx, ahead, count);                                           \
    CK_ELEMENTWISE                                                              \
    for (size_t j = 0; j < count; j++) {                                        \
      const float d = ck_load(type, dy, at + j);                                \
      const float distance = ck_load(type, x, at + j) - mean[j];                \
      ck_store(type, dx, at + j,                                                \
               gain[j] * ((d - offset[j]) - distance * slope[j]));              \
    }                                                                           \
  }
  CK_FOR_ROWS_BACKWARDS(s, ROW)
#undef ROW
}

CK_INLINE void backward_strip(const ck_element_type type, const bool relu, const void *x,
                              const void *y, const float *mean, const float *factor,
                              const float *weight, const void *dy, void *dx, void *daddend,
                              float *dweight, float *dbias, double rows, const ck_strip *s) {
  gradient_terms terms;
  gradient_sums sums;
  const size_t first = s->first;
  memcpy(terms.mean, mean + first, s->channels * sizeof(float));
  ck_widen_row(terms.mean, s);
  // The gradient behind the ReLU is written once, so that y is not read twice: where it is not
  // asked for, dx holds it in between.
  void *passed = daddend == NULL && relu ? dx : daddend;
  if (passed == NULL) {
    sum_gradients(type, relu, x, y, terms.mean, dy, NULL, s, &sums);
  } else {
    sum_gradients(type, relu, x, y, terms.mean, dy, passed, s, &sums);
  }
  for (size_t c = 0; c < s->channels; c++) {
    const double f = factor[first + c], product = sums.product[c] * f;
    dweight[first + c] = (float)product;
    dbias[first + c] = (float)sums.gradient[c];
    terms.gain[c] = factor[first + c] * weight[first + c];
    terms.offset[c] = (float)(sums.gradient[c] / rows);
    terms.slope[c] = (float)(product * f / rows);
  }
  ck_widen_row(terms.gain, s);
  ck_widen_row(terms.offset, s);
  ck_widen_row(terms.slope, s);
  if (dx != NULL) write_gradients(type, x, passed == NULL ? dy : passed, &terms, dx, s);
}

CK_CLONES void ck_batch_norm_backward(ck_element_type type, const void *x, const void *y,
                                      const float *mean, const float *factor, const float *weight,
                                      const void *dy, void *dx, void *daddend, float *dweight,
                                      float *dbias, size_t rows, size_t channels) {
  for (size_t first = 0; first < channels; first += CK_WIDE_ROW) {
    const ck_strip s = ck_strip_at(first, rows, channels);
#define BACKWARD(TYPE, RELU)                                                                  \
  backward_strip(TYPE, RELU, x, y, mean, factor, weight, dy, dx, daddend, dweight, dbias,    \
                 (double)rows, &s)
    if (type == CK_BFLOAT16) {
      if (y != NULL) BACKWARD(CK_BFLOAT16, true);
      else BACKWARD(CK_BFLOAT16, false);
    } else {
      if (y != NULL) BACKWARD(CK_FLOAT32, true);
      else BACKWARD(CK_FLOAT32, false);
    }
#undef BACKWARD
  }
}
