#include "ck_layer_norm.h"

#include "ck_element_lanes.h"
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

/// Takes n lanes from x[at] on; those past the end get a fill.
CK_INLINE void load(const ck_element_type type, ck_float16 *lanes, const void *x, size_t at,
                    size_t n, float fill) {
  if (n < 16) *lanes = (ck_float16){0} + fill;
  if (type == CK_FLOAT32) {
    memcpy(lanes, (const float *)x + at, n * sizeof(float));
  } else if (n == 16) {
    ck_load_lanes(type, x, at, n, (ck_floats *)lanes);
  } else {
    for (size_t j = 0; j < n; j++) (*lanes)[j] = ck_load(type, x, at + j);
  }
}

// Rows of x, y and their gradients start at an index of their buffer, of elements of `type`.

CK_INLINE float row_mean(const ck_element_type type, const void *x, size_t start, size_t cols) {
  row_lanes sums = {0};
#define STEP(k, at, n)                           \
  {                                              \
    ck_float16 v;                                \
    load(type, &v, x, start + (at), n, 0.0f);    \
    sums.lane[k] += v;                           \
  }
  FOR_EACH_BLOCK(cols, STEP)
#undef STEP
  return join_row_lanes(&sums) / (float)cols;
}

/// The sum of squared distances from the mean: taken apart from the mean, so that nothing cancels.
CK_INLINE float row_squares(const ck_element_type type, const void *x, size_t start, float mean,
                            size_t cols) {
  row_lanes sums = {0};
#define STEP(k, at, n)                           \
  {                                              \
    ck_float16 v;                                \
    load(type, &v, x, start + (at), n, mean);    \
    v -= mean;                                   \
    sums.lane[k] = v * v + sums.lane[k];         \
  }
  FOR_EACH_BLOCK(cols, STEP)
#undef STEP
  return join_row_lanes(&sums);
}

CK_INLINE void forward(const ck_element_type type, const void *x, const float *weight,
                       const float *bias, float epsilon, void *y, float *mean, float *factor,
                       size_t rows, size_t cols) {
  for (size_t r = 0, start = 0; r < rows; r++, start += cols) {
    const float m = row_mean(type, x, start, cols);
    const float variance = row_squares(type, x, start, m, cols) / (float)cols;
    const float f = 1.0f / __builtin_elementwise_sqrt(variance + epsilon);
    if (mean != NULL) mean[r] = m;
    if (factor != NULL) factor[r] = f;
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) {
      ck_store(type, y, start + i,
               ((ck_load(type, x, start + i) - m) * f) * weight[i] + bias[i]);
    }
  }
}

CK_CLONES void ck_layer_norm_forward(const float *x, const float *weight, const float *bias,
                                     float epsilon, float *y, float *mean, float *factor,
                                     size_t rows, size_t cols) {
  forward(CK_FLOAT32, x, weight, bias, epsilon, y, mean, factor, rows, cols);
}

CK_CLONES void ck_layer_norm_forward_bf16(const ck_bfloat16 *x, const float *weight,
                                          const float *bias, float epsilon, ck_bfloat16 *y,
                                          float *mean, float *factor, size_t rows, size_t cols) {
  forward(CK_BFLOAT16, x, weight, bias, epsilon, y, mean, factor, rows, cols);
}

/// The sums along a row that its dx is made of.
typedef struct {
  /// Of weight dy.
  float gradient;
  /// Of weight dy times the normalized input.
  float product;
} row_sums;

CK_INLINE row_sums backward_sums(const ck_element_type type, const void *x, const float *weight,
                                 float mean, float factor, const void *dy, size_t start,
                                 size_t cols) {
  row_lanes gradients = {0}, products = {0};
#define STEP(k, at, n)                                                \
  {                                                                   \
    ck_float16 v, w, d;                                               \
    load(type, &v, x, start + (at), n, mean);                         \
    load(CK_FLOAT32, &w, weight, at, n, 0.0f);                        \
    load(type, &d, dy, start + (at), n, 0.0f);                        \
    d *= w;                                                           \
    gradients.lane[k] += d;                                           \
    products.lane[k] = d * ((v - mean) * factor) + products.lane[k];  \
  }
  FOR_EACH_BLOCK(cols, STEP)
#undef STEP
  row_sums sums = {join_row_lanes(&gradients), join_row_lanes(&products)};
  return sums;
}

CK_INLINE void backward(const ck_element_type type, const void *x, const float *weight,
                        const float *mean, const float *factor, const void *dy, void *dx,
                        float *dweight, float *dbias, size_t rows, size_t cols) {
  memset(dweight, 0, cols * sizeof(float));
  memset(dbias, 0, cols * sizeof(float));
  for (size_t r = 0, start = 0; r < rows; r++, start += cols) {
    const float m = mean[r], f = factor[r];
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) {
      const float d = ck_load(type, dy, start + i);
      dweight[i] = d * ((ck_load(type, x, start + i) - m) * f) + dweight[i];
      dbias[i] = dbias[i] + d;
    }
    if (dx == NULL) continue;
    row_sums sums = backward_sums(type, x, weight, m, f, dy, start, cols);
    const float g = sums.gradient / (float)cols, p = sums.product / (float)cols;
    CK_ELEMENTWISE
    for (size_t i = 0; i < cols; i++) {
      // Rounded as in the sums, so that what should cancel does.
      float d = ck_load(type, dy, start + i) * weight[i];
      float n = (ck_load(type, x, start + i) - m) * f;
      ck_store(type, dx, start + i, f * ((d - g) - n * p));
    }
  }
}

CK_CLONES void ck_layer_norm_backward(const float *x, const float *weight, const float *mean,
                                      const float *factor, const float *dy, float *dx,
                                      float *dweight, float *dbias, size_t rows, size_t cols) {
  backward(CK_FLOAT32, x, weight, mean, factor, dy, dx, dweight, dbias, rows, cols);
}

CK_CLONES void ck_layer_norm_backward_bf16(const ck_bfloat16 *x, const float *weight,
                                           const float *mean, const float *factor,
                                           const ck_bfloat16 *dy, ck_bfloat16 *dx, float *dweight,
                                           float *dbias, size_t rows, size_t cols) {
  backward(CK_BFLOAT16, x, weight, mean, factor, dy, dx, dweight, dbias, rows, cols);
}
