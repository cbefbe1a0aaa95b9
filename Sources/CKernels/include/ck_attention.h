// Scaled dot-product attention of several heads, forward and backward, in memory that grows with
// the sequence and not with its square.
//
// A head of sample b works on the rows q[b, i], k[b, j], v[b, j] of `head_size` numbers:
//   y[b, i] = sum over j of p[i, j] v[b, j],   p[i, :] = softmax(q[b, i] . k[b, :] / sqrt(head_size))
// Blocks of scores live in the cache only ("FlashAttention", Dao et al., 2022): forward keeps the
// softmax's maximum and sum as it goes along the keys, backward computes the scores once more.
// Every sum has one order, whatever the batch and the register width.
#ifndef CK_ATTENTION_H
#define CK_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Sizes. Causal: query i sees the keys 0...i only, also where there are fewer or more keys.
typedef struct {
  size_t batch, heads, head_size, queries, keys;
  bool is_causal;
} ck_attention_shape;

/// Dropout of the probabilities p, as ck_dropout_forward does it, under the element number
/// (head * queries + query) * (keys rounded up to 16) + key.
typedef struct {
  /// 0 for no dropout, else below 1.
  float rate;
  uint32_t key0, key1, step, layer;
  const uint32_t *sample_ids;
} ck_attention_dropout;

/// Queries, keys and values where they lie: heads side by side in a row, rows `q_stride` or
/// `kv_stride` numbers apart, samples one after the other.
typedef struct {
  float *q, *k, *v;
  size_t q_stride, kv_stride;
} ck_attention_rows;

/// Floats of scratch that a forward or a backward pass needs.
size_t ck_attention_forward_scratch(const ck_attention_shape *shape);
size_t ck_attention_backward_scratch(const ck_attention_shape *shape);

/// y [batch, queries, heads * head_size]; statistics [batch, heads, queries, 2] get each softmax's
/// maximum and the inverse of its sum for the backward pass; NULL leaves them out.
void ck_attention_forward(const ck_attention_shape *shape, const ck_attention_dropout *dropout,
                          const ck_attention_rows *rows, float *y, float *statistics,
                          float *scratch);

/// Writes the gradients of q, k and v, which may take their places, from that of y.
void ck_attention_backward(const ck_attention_shape *shape, const ck_attention_dropout *dropout,
                           const ck_attention_rows *rows, const float *y, const float *statistics,
                           const float *dy, const ck_attention_rows *gradients, float *scratch);

#endif
