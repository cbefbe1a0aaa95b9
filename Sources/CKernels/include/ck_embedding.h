// Tables of vectors, looked up by ids that come as floats.
#ifndef CK_EMBEDDING_H
#define CK_EMBEDDING_H

#include <stddef.h>

#include "ck_bfloat16.h"

/// The largest table whose ids all are floats: 2^24.
#define CK_EMBEDDING_MAXIMUM 16777216

/// The index of the first float that is no whole number from 0 to below `id_count`; n where there
/// is none.
size_t ck_first_invalid_id(const float *ids, size_t n, size_t id_count);

/// y[i, :] = weight[ids[i], :]; NaN where an id is invalid.
void ck_embedding_forward(const float *ids, const float *weight, size_t id_count, float *y,
                          size_t rows, size_t cols);

/// dweight[id, :] = the sum of dy[i, :] over the i with that id, in their order; overwrites
/// dweight [id_count, cols]. Invalid ids add nothing.
void ck_embedding_backward(const float *ids, const float *dy, size_t id_count, float *dweight,
                           size_t rows, size_t cols);

/// The forms on bfloat16; ids and the table are float32.
void ck_embedding_forward_bf16(const float *ids, const float *weight, size_t id_count,
                               ck_bfloat16 *y, size_t rows, size_t cols);
void ck_embedding_backward_bf16(const float *ids, const ck_bfloat16 *dy, size_t id_count,
                                float *dweight, size_t rows, size_t cols);

#endif
