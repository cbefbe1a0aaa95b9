#include "ck_dropout.h"

#include <string.h>

#include "ck_philox_blocks.h"

typedef uint8_t bytes32 __attribute__((vector_size(32), aligned(1)));
typedef float floats32 __attribute__((vector_size(128), aligned(4)));

/// Drops in 32 elements. `threshold` is the rate in units of 2^-24.
CK_INLINE void drop_32(const float *x, float *y, uint8_t *mask, const ck_elements32 *words,
                       uint32_t threshold, float scale) {
  ck_elements32 kept;
  ck_choose_kept(words, threshold, &kept);
  ck_elements32 scaled = (ck_elements32)(*(const floats32 *)x * scale);
  *(floats32 *)y = (floats32)(scaled & kept);
  *(bytes32 *)mask = __builtin_convertvector(kept & 1u, bytes32);
}

CK_CLONES void ck_dropout_forward(const float *x, float *y, uint8_t *mask, size_t rows, size_t cols,
                                  float rate, uint32_t key0, uint32_t key1, uint32_t step,
                                  uint32_t layer, const uint32_t *sample_ids) {
  const uint32_t threshold = ck_keep_threshold(rate);
  float scale = 1.0f / (1.0f - rate);
  ck_elements32 words;
  for (size_t r = 0; r < rows; r++, x += cols, y += cols, mask += cols) {
    size_t c = 0;
    for (; c + 32 <= cols; c += 32) {
      ck_philox_8_blocks((uint32_t)(c / 4), layer, sample_ids[r], step, key0, key1, &words);
      drop_32(x + c, y + c, mask + c, &words, threshold, scale);
    }
    if (c < cols) {
      size_t rest = cols - c;
      float in[32] = {0}, out[32];
      uint8_t kept[32];
      memcpy(in, x + c, rest * sizeof(float));
      ck_philox_8_blocks((uint32_t)(c / 4), layer, sample_ids[r], step, key0, key1, &words);
      drop_32(in, out, kept, &words, threshold, scale);
      memcpy(y + c, out, rest * sizeof(float));
      memcpy(mask + c, kept, rest);
    }
  }
}

CK_CLONES void ck_dropout_backward(const float *dy, const uint8_t *mask, float *dx, size_t n,
                                   float scale) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) dx[i] = mask[i] ? dy[i] * scale : 0.0f;
}
