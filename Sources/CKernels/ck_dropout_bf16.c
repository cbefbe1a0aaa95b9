#include "ck_dropout.h"
#include "ck_element.h"
#include "ck_philox_blocks.h"

/// Drops in n elements, at most 32. `threshold` is the rate in units of 2^-24.
CK_INLINE void drop(const ck_bfloat16 *x, ck_bfloat16 *y, uint8_t *mask,
                    const ck_elements32 *words, uint32_t threshold, float scale, size_t n) {
  ck_elements32 kept;
  ck_choose_kept(words, threshold, &kept);
  uint32_t is_kept[32];
  memcpy(is_kept, &kept, sizeof kept);
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) {
    y[i] = is_kept[i] ? ck_rounded(ck_widened(x[i]) * scale) : 0;
    mask[i] = is_kept[i] & 1;
  }
}

CK_CLONES void ck_dropout_forward_bf16(const ck_bfloat16 *x, ck_bfloat16 *y, uint8_t *mask,
                                       size_t rows, size_t cols, float rate, uint32_t key0,
                                       uint32_t key1, uint32_t step, uint32_t layer,
                                       const uint32_t *sample_ids) {
  const uint32_t threshold = ck_keep_threshold(rate);
  const float scale = 1.0f / (1.0f - rate);
  ck_elements32 words;
  for (size_t r = 0; r < rows; r++, x += cols, y += cols, mask += cols) {
    for (size_t c = 0; c < cols; c += 32) {
      ck_philox_8_blocks((uint32_t)(c / 4), layer, sample_ids[r], step, key0, key1, &words);
      const size_t n = cols - c < 32 ? cols - c : 32;
      drop(x + c, y + c, mask + c, &words, threshold, scale, n);
    }
  }
}

CK_CLONES void ck_dropout_backward_bf16(const ck_bfloat16 *dy, const uint8_t *mask,
                                        ck_bfloat16 *dx, size_t n, float scale) {
  CK_ELEMENTWISE
  for (size_t i = 0; i < n; i++) dx[i] = mask[i] ? ck_rounded(ck_widened(dy[i]) * scale) : 0;
}
