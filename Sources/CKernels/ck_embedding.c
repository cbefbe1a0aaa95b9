#include "ck_embedding.h"

#include <stdbool.h>
#include <string.h>

#include "ck_element.h"

/// Whether a float is an id; written so that NaN is none, and before any conversion to an integer.
CK_INLINE bool is_id(float id, size_t id_count) {
  return id >= 0.0f && id < (float)id_count && (float)(int)id == id;
}

size_t ck_first_invalid_id(const float *ids, size_t n, size_t id_count) {
  for (size_t i = 0; i < n; i++) {
    if (!is_id(ids[i], id_count)) return i;
  }
  return n;
}

void ck_embedding_forward(const float *ids, const float *weight, size_t id_count, float *y,
                          size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, y += cols) {
    if (is_id(ids[r], id_count)) {
      memcpy(y, weight + (size_t)ids[r] * cols, cols * sizeof(float));
    } else {
      for (size_t c = 0; c < cols; c++) y[c] = __builtin_nanf("");
    }
  }
}

void ck_embedding_forward_bf16(const float *ids, const float *weight, size_t id_count,
                               ck_bfloat16 *y, size_t rows, size_t cols) {
  for (size_t r = 0; r < rows; r++, y += cols) {
    if (is_id(ids[r], id_count)) {
      ck_round_bf16(weight + (size_t)ids[r] * cols, y, cols);
    } else {
      for (size_t c = 0; c < cols; c++) y[c] = ck_rounded(__builtin_nanf(""));
    }
  }
}

CK_INLINE void embedding_backward(const ck_element_type type, const float *ids, const void *dy,
                                  size_t id_count, float *dweight, size_t rows, size_t cols) {
  memset(dweight, 0, id_count * cols * sizeof(float));
  for (size_t r = 0; r < rows; r++) {
    if (!is_id(ids[r], id_count)) continue;
    float *sum = dweight + (size_t)ids[r] * cols;
    CK_ELEMENTWISE
    for (size_t c = 0; c < cols; c++) sum[c] = sum[c] + ck_load(type, dy, r * cols + c);
  }
}

CK_CLONES void ck_embedding_backward(const float *ids, const float *dy, size_t id_count,
                                     float *dweight, size_t rows, size_t cols) {
  embedding_backward(CK_FLOAT32, ids, dy, id_count, dweight, rows, cols);
}

CK_CLONES void ck_embedding_backward_bf16(const float *ids, const ck_bfloat16 *dy, size_t id_count,
                                          float *dweight, size_t rows, size_t cols) {
  embedding_backward(CK_BFLOAT16, ids, dy, id_count, dweight, rows, cols);
}
