#include "ck_batch_norm.h"

#include "ck_element.h"
#include "ck_wide_rows.h"

CK_INLINE void add_distances(const ck_element_type type, const void *x, const float *shift,
                             const ck_block *b, const ck_strip *s, ck_block_sums *sums) {
  const size_t stride = s->stride;
  float *sum = sums->sum, *square = sums->product;
  ck_clear_sums(sums, s->width);
#define PIECE(start, end)                                                  \
  ck_fetch_four(type, x, ahead + start, stride, CK_PIECE);                 \
  CK_ELEMENTWISE                                                           \
  for (size_t j = start; j < end; j++) {                                   \
    const float p = ck_load(type, x, at + j) - shift[j];                   \
    const float q = ck_load(type, x, at + stride + j) - shift[j];          \
    const float u = ck_load(type, x, at + 2 * stride + j) - shift[j];      \
    const float v = ck_load(type, x, at + 3 * stride + j) - shift[j];      \
    sum[j] = sum[j] + ((p + q) + (u + v));                                 \
    square[j] = square[j] + ((p * p + q * q) + (u * u + v * v));           \
  }
#define FOUR(at)                                                           \
  {                                                                        \
    const size_t ahead = at + CK_ROWS_AHEAD * stride;                      \
    CK_FOR_PIECES(s, PIECE)                                                \
  }
#define ONE(at, n)                                                         \
  {                                                                        \
    CK_ELEMENTWISE                                                         \
    for (size_t j = 0; j < (n); j++) {                                     \
      const float p = ck_load(type, x, at + j) - shift[j];                 \
      sum[j] = sum[j] + p;                                                 \
      square[j] = p * p + square[j];                                       \
    }                                                                      \
  }
  CK_FOR_ROWS_OF_BLOCK(b, s, FOUR, ONE)
#undef ONE
#undef FOUR
#undef PIECE
  ck_fold_sums(sums, s);
}

/// Mean and sum of squared distances from it over the rows so far.
typedef struct {
  double mean[CK_WIDE_ROW];
  double squares[CK_WIDE_ROW];
} moments;

/// Joins the moments of `before` rows with those of the `count` rows of a block (Chan, Golub and
/// LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
CK_INLINE void join(moments *m, double before, const ck_block_sums *sums, const float *shift,
                    double count, size_t channels) {
  const double share = count / (before + count), weight = before * share, inverse = 1.0 / count;
  CK_ELEMENTWISE
  for (size_t c = 0; c < channels; c++) {
    const double sum = sums->sum[c], rest = sum * inverse;
    const double step = rest + ((double)shift[c] - m->mean[c]);
    const double squares = (double)sums->product[c] - sum * rest;
    m->squares[c] = m->squares[c] + (squares + weight * (step * step));
    m->mean[c] = m->mean[c] + step * share;
  }
}

CK_INLINE void strip_moments(const ck_element_type type, const void *x, const ck_strip *s,
                             moments *m) {
  ck_block_sums sums;
  float shift[CK_WIDE_ROW];
  for (size_t c = 0; c < s->channels; c++) shift[c] = ck_load(type, x, s->first + c);
  ck_widen_row(shift, s);
  // The first block is taken twice: around its first row, for its mean, then around that.
  ck_block b = ck_block_at(s, 0);
  add_distances(type, x, shift, &b, s, &sums);
  for (size_t c = 0; c < s->channels; c++) {
    shift[c] = shift[c] + sums.sum[c] / (float)ck_block_row_count(&b, s);
  }
  for (size_t c = 0; c < s->channels; c++) m->mean[c] = m->squares[c] = 0;
  double before = 0;
  for (size_t index = 0; index < ck_block_count(s); index++) {
    ck_widen_row(shift, s);
    b = ck_block_at(s, index);
    const double count = (double)ck_block_row_count(&b, s);
    add_distances(type, x, shift, &b, s, &sums);
    join(m, before, &sums, shift, count, s->channels);
    before += count;
    for (size_t c = 0; c < s->channels; c++) shift[c] = (float)m->mean[c];
  }
}

CK_INLINE float factor_of(double variance, float epsilon) {
  return (float)(1.0 / __builtin_elementwise_sqrt(variance + (double)epsilon));
}

CK_INLINE void statistics(const ck_element_type type, const void *x, float epsilon, float *mean,
                          float *factor, float *unbiased_variance, size_t rows, size_t channels) {
  moments m;
  for (size_t first = 0; first < channels; first += CK_WIDE_ROW) {
    const ck_strip s = ck_strip_at(first, rows, channels);
    strip_moments(type, x, &s, &m);
    for (size_t c = 0; c < s.channels; c++) {
      const double squares = m.squares[c] < 0 ? 0 : m.squares[c];
      mean[first + c] = (float)m.mean[c];
      factor[first + c] = factor_of(squares / (double)rows, epsilon);
      unbiased_variance[first + c] = (float)(squares / (double)(rows - 1));
    }
  }
}

CK_CLONES void ck_batch_norm_statistics(ck_element_type type, const void *x, float epsilon,
                                        float *mean, float *factor, float *unbiased_variance,
                                        size_t rows, size_t channels) {
  if (type == CK_BFLOAT16) {
    statistics(CK_BFLOAT16, x, epsilon, mean, factor, unbiased_variance, rows, channels);
  } else {
    statistics(CK_FLOAT32, x, epsilon, mean, factor, unbiased_variance, rows, channels);
  }
}

CK_INLINE void apply_strip(const ck_element_type type, const bool relu, const bool adds,
                           const void *x, const void *addend, const float *mean, const float *gain,
                           const float *bias, void *y, const ck_strip *s) {
#define ROW(start, n)                                                      \
  {                                                                        \
    const size_t at = start, count = n;                                    \
    const size_t ahead = at - CK_ROWS_AHEAD * s->stride;                   \
    ck_fetch(type, x, ahead, count);                                       \
    if (adds) ck_fetch(type, addend, ahead, count);                        \
    ck_fetch(type, y, ahead, count);                                       \
    CK_ELEMENTWISE                                                         \
    for (size_t j = 0; j < count; j++) {                                   \
      float v = (ck_load(type, x, at + j) - mean[j]) * gain[j] + bias[j];  \
      if (adds) v = v + ck_load(type, addend, at + j);                     \
      if (relu) v = v < 0.0f ? 0.0f : v;                                   \
      ck_store(type, y, at + j, v);                                        \
    }                                                                      \
  }
  CK_FOR_ROWS_BACKWARDS(s, ROW)
#undef ROW
}

CK_CLONES void ck_batch_norm_apply(ck_element_type type, bool relu, const void *x,
                                   const void *addend, const float *mean, const float *factor,
                                   const float *weight, const float *bias, void *y, size_t rows,
                                   size_t channels) {
  float means[CK_WIDE_ROW], gains[CK_WIDE_ROW], biases[CK_WIDE_ROW];
  for (size_t first = 0; first < channels; first += CK_WIDE_ROW) {
    const ck_strip s = ck_strip_at(first, rows, channels);
    for (size_t c = 0; c < s.channels; c++) {
      means[c] = mean[first + c];
      gains[c] = factor[first + c] * weight[first + c];
      biases[c] = bias[first + c];
    }
    ck_widen_row(means, &s);
    ck_widen_row(gains, &s);
    ck_widen_row(biases, &s);
#define APPLY(TYPE, RELU, ADDS) \
  apply_strip(TYPE, RELU, ADDS, x, addend, means, gains, biases, y, &s)
    if (type == CK_BFLOAT16) {
      if (relu && addend != NULL) APPLY(CK_BFLOAT16, true, true);
      else if (relu) APPLY(CK_BFLOAT16, true, false);
      else if (addend != NULL) APPLY(CK_BFLOAT16, false, true);
      else APPLY(CK_BFLOAT16, false, false);
    } else {
      if (relu && addend != NULL) APPLY(CK_FLOAT32, true, true);
      else if (relu) APPLY(CK_FLOAT32, true, false);
      else if (addend != NULL) APPLY(CK_FLOAT32, false, true);
      else APPLY(CK_FLOAT32, false, false);
    }
#undef APPLY
  }
}

CK_CLONES void ck_batch_norm_factors(const float *variance, float epsilon, float *factor,
                                     size_t channels) {
  for (size_t c = 0; c < channels; c++) factor[c] = factor_of(variance[c], epsilon);
}
