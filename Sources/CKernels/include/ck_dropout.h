// Dropout whose mask is a pure function of (key, step, layer, sample, element).
#ifndef CK_DROPOUT_H
#define CK_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#include "ck_bfloat16.h"

/// y = x / (1 - rate) where an element is kept, else 0; mask[i] is 1 where it is kept, else 0.
///
/// Element c of row r belongs to word c mod 4 of the Philox block at the counter
/// (c / 4, layer, sample_ids[r], step) and is kept if the word, as a float in 0..<1 with 24 bits,
/// is not below `rate` (0..<1). In place (x == y) allowed.
void ck_dropout_forward(const float *x, float *y, uint8_t *mask, size_t rows, size_t cols,
                        float rate, uint32_t key0, uint32_t key1, uint32_t step, uint32_t layer,
                        const uint32_t *sample_ids);

/// dx = dy * scale where the mask is 1, else 0; scale is 1 / (1 - rate). In place allowed.
void ck_dropout_backward(const float *dy, const uint8_t *mask, float *dx, size_t n, float scale);

/// The forms on bfloat16; their masks are those of float32.
void ck_dropout_forward_bf16(const ck_bfloat16 *x, ck_bfloat16 *y, uint8_t *mask, size_t rows,
                             size_t cols, float rate, uint32_t key0, uint32_t key1, uint32_t step,
                             uint32_t layer, const uint32_t *sample_ids);
void ck_dropout_backward_bf16(const ck_bfloat16 *dy, const uint8_t *mask, ck_bfloat16 *dx, size_t n,
                              float scale);

#endif
