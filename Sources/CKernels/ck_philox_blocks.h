// Philox4x32-10 eight blocks at a time, and the choice that dropout makes by each word.
#ifndef CK_PHILOX_BLOCKS_H
#define CK_PHILOX_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ck_clones.h"

// Eight blocks run side by side, one in each 64-bit lane, where the 32 x 32 bit product needs its
// whole lane. The upper halves of c1 and c3 hold rubbish: only low halves are ever read.
typedef uint64_t ck_words8 __attribute__((vector_size(64)));
typedef uint64_t ck_words16 __attribute__((vector_size(128)));
typedef uint32_t ck_elements32 __attribute__((vector_size(128), aligned(4)));

#define CK_LOW_WORD 0xFFFFFFFFull

/// The 32 words of eight consecutive counters, in order: words[i] belongs to element 4 c0 + i.
CK_INLINE void ck_philox_8_blocks(uint32_t first_c0, uint32_t c1, uint32_t c2, uint32_t c3,
                                  uint32_t k0, uint32_t k1, ck_elements32 *words) {
  const ck_words8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
  ck_words8 a = lane + first_c0, b = lane * 0 + c1, c = lane * 0 + c2, d = lane * 0 + c3;
  for (int round = 0; round < 10; round++) {
    ck_words8 p0 = (a & CK_LOW_WORD) * 0xD2511F53ull, p1 = (c & CK_LOW_WORD) * 0xCD9E8D57ull;
    a = (p1 >> 32) ^ b ^ k0;
    b = p1;
    c = (p0 >> 32) ^ d ^ k1;
    d = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  ck_words8 ab = (a & CK_LOW_WORD) | (b << 32), cd = (c & CK_LOW_WORD) | (d << 32);
  ck_words16 in_order = __builtin_shufflevector(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6,
                                                14, 7, 15);
  memcpy(words, &in_order, sizeof in_order);
}

/// The smallest `word >> 8` that is kept: word * 2^-24 >= rate, asked in whole numbers: exact,
/// since a rate times 2^24 is.
CK_INLINE uint32_t ck_keep_threshold(float rate) {
  double units = (double)rate * 0x1p24;
  return (uint32_t)units + ((double)(uint32_t)units < units);
}

/// Sets all bits of the elements that are kept, and none of the others.
CK_INLINE void ck_choose_kept(const ck_elements32 *words, uint32_t threshold,
                              ck_elements32 *kept) {
  *kept = (ck_elements32)((*words >> 8) >= threshold);
}

#endif
