#include "ck_dropout.h"

#include <string.h>

#include "ck_clones.h"

// Eight Philox blocks run side by side, one in each 64-bit lane, where the 32 x 32 bit product
// needs its whole lane. The upper halves of c1 and c3 hold rubbish: only low halves are ever read.
typedef uint64_t words8 __attribute__((vector_size(64)));
typedef uint64_t words16 __attribute__((vector_size(128)));
typedef uint32_t elements32 __attribute__((vector_size(128), aligned(4)));
typedef uint8_t bytes32 __attribute__((vector_size(32), aligned(1)));
typedef float floats32 __attribute__((vector_size(128), aligned(4)));

#define LOW 0xFFFFFFFFull

/// The 32 words of eight consecutive counters, in order: words[i] belongs to element 4 c0 + i.
CK_INLINE void philox_8_blocks(uint32_t first_c0, uint32_t c1, uint32_t c2, uint32_t c3,
                               uint32_t k0, uint32_t k1, elements32 *words) {
  const words8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
  words8 a = lane + first_c0, b = lane * 0 + c1, c = lane * 0 + c2, d = lane * 0 + c3;
  for (int round = 0; round < 10; round++) {
    words8 p0 = (a & LOW) * 0xD2511F53ull, p1 = (c & LOW) * 0xCD9E8D57ull;
    a = (p1 >> 32) ^ b ^ k0;
    b = p1;
    c = (p0 >> 32) ^ d ^ k1;
    d = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words8 ab = (a & LOW) | (b << 32), cd = (c & LOW) | (d << 32);
  words16 in_order = __builtin_shufflevector(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6,
                                             14, 7, 15);
  memcpy(words, &in_order, sizeof in_order);
}

/// Drops in 32 elements. `threshold` is the rate in units of 2^-24.
CK_INLINE void drop_32(const float *x, float *y, uint8_t *mask, const elements32 *words,
                       uint32_t threshold, float scale) {
  elements32 kept = (elements32)((*words >> 8) >= threshold);
  elements32 scaled = (elements32)(*(const floats32 *)x * scale);
  *(floats32 *)y = (floats32)(scaled & kept);
  *(bytes32 *)mask = __builtin_convertvector(kept & 1u, bytes32);
}

CK_CLONES void ck_dropout_forward(const float *x, float *y, uint8_t *mask, size_t rows, size_t cols,
                                  float rate, uint32_t key0, uint32_t key1, uint32_t step,
                                  uint32_t layer, const uint32_t *sample_ids) {
  // word * 2^-24 >= rate, asked in whole numbers: exact, since a rate times 2^24 is.
  double units = (double)rate * 0x1p24;
  uint32_t threshold = (uint32_t)units + ((double)(uint32_t)units < units);
  float scale = 1.0f / (1.0f - rate);
  elements32 words;
  for (size_t r = 0; r < rows; r++, x += cols, y += cols, mask += cols) {
    size_t c = 0;
    for (; c + 32 <= cols; c += 32) {
      philox_8_blocks((uint32_t)(c / 4), layer, sample_ids[r], step, key0, key1, &words);
      drop_32(x + c, y + c, mask + c, &words, threshold, scale);
    }
    if (c < cols) {
      size_t rest = cols - c;
      float in[32] = {0}, out[32];
      uint8_t kept[32];
      memcpy(in, x + c, rest * sizeof(float));
      philox_8_blocks((uint32_t)(c / 4), layer, sample_ids[r], step, key0, key1, &words);
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
