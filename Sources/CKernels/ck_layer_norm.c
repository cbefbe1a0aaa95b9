#include "ck_layer_norm.h"

#include "ck_lanes.h"

/// Four times 16 lanes: one vector of sums would wait for each addition before the next.
typedef struct {
  ck_float16 lane[4];
} row_lanes;

CK_INLINE float join_row_lanes(const row_lanes *sums) {
  ck_float16 sum = (sums->lane[0] + sums->lane[2]) + (sums->lane[1] + sums->lane[3]);
  return ck_join_lanes((const float *)&sum);
}

/// Runs `STEP(k, at, n)` over a row: lanes k take the n columns from `at` on, 16 but at the end.
#define FOR_EACH_BLOCK(cols, STEP)                        \
  size_t c = 0;                                           \
  for (; c + 64 <= (cols); c += 64) {                     \
    for (size_t k = 0; k < 4; k++) STEP(k, c + 16 * k, 16) \
  }                                                       \
  for (; c + 16 <= (cols); c += 16) STEP(0, c, 16)        \
  if (c < (cols)) STEP(0, c, (cols) - c)

/// Takes n lanes from memory; those past the end get a fill.
CK_INLINE void load(ck_float16 *lanes, const float *x, size_t n, float fill) {
  if (n < 16) *lanes = (ck_float16){0} + fill;
  memcpy(lanes, x, n * sizeof(float));
}

CK_INLINE float row_mean(const float *x, size_t cols) {
  row_lanes sums = {0};
#define STEP(k, at, n)          \
  {                             \
    ck_float16 v;               \
    load(&v, x + (at), n, 0.0f); \
    sums.lane[k] += v;          \
  }
  FOR_EACH_BLOCK(cols, STEP)
#undef STEP
  return join_row_lanes(&sums) / (float)cols;
}

/// The sum of squared distances from the mean: taken apart from the mean, so that nothing cancels.
CK_INLINE float row_squares(const float *x, float mean, size_t cols) {
  row_lanes sums = {0};
#define STEP(k, at, n)                    \
  {                                       \
    ck_float16 v;                         \
    load(&v, x + (at), n, mean);          \
    v -= mean;                            \
    sums.lane[k] = v * v + sums.lane[k];  \
  }
  FOR_EACH_BLOCK(cols, STEP)
#undef STEP
  return join_row_lanes(&sums);
}

CK_CLONES void ck_layer_norm_forward(const float *x, const float *weight, const float *bias,
                                     float epsilon, float *y, float *mean, float *factor,
                                     size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
    const float m = row_mean(x, cols);
    const float variance = row_squares(x, m, cols) / (float)cols;
    const float f = 1.0f / __builtin_elementwise_sqrt(variance + epsilon);
    if (mean != NULL) mean[r] = m;
    if (factor != NULL) factor[r] = f;
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) y[i] = ((x[i] - m) * f) * weight[i] + bias[i];
  }
}

/// The sums along a row that its dx is made of.
typedef struct {
  /// Of weight dy.
  float gradient;
  /// Of weight dy times the normalized input.
  float product;
} row_sums;

CK_INLINE row_sums backward_sums(const float *x, const float *weight, float mean, float factor,
                                 const float *dy, size_t cols) {
  row_lanes gradients = {0}, products = {0};
#define STEP(k, at, n)                                            \
  {                                                               \
    ck_float16 v, w, d;                                           \
    load(&v, x + (at), n, mean);                                  \
    load(&w, weight + (at), n, 0.0f);                             \
    load(&d, dy + (at), n, 0.0f);                                 \
    d *= w;                                                       \
    gradients.lane[k] += d;                                       \
    products.lane[k] = d * ((v - mean) * factor) + products.lane[k]; \
  }
  FOR_EACH_BLOCK(cols, STEP)
#undef STEP
  row_sums sums = {join_row_lanes(&gradients), join_row_lanes(&products)};
  return sums;
}

CK_CLONES void ck_layer_norm_backward(const float *x, const float *weight, const float *mean,
                                      const float *factor, const float *dy, float *dx,
                                      float *dweight, float *dbias, size_t rows, size_t cols) {
  memset(dweight, 0, cols * sizeof(float));
  memset(dbias, 0, cols * sizeof(float));
  for (size_t r = 0; r < rows; r++, x += cols, dy += cols) {
    const float m = mean[r], f = factor[r];
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) {
      dweight[i] = dy[i] * ((x[i] - m) * f) + dweight[i];
      dbias[i] = dbias[i] + dy[i];
    }
    if (dx == NULL) continue;
    row_sums sums = backward_sums(x, weight, m, f, dy, cols);
    const float g = sums.gradient / (float)cols, p = sums.product / (float)cols;
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) {
      // Rounded as in the sums, so that what should cancel does.
      float d = dy[i] * weight[i];
      float n = (x[i] - m) * f;
      dx[i] = f * ((d - g) - n * p);
    }
    dx += cols;
  }
}
