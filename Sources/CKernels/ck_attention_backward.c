// Backward: per pair of blocks, the probabilities once more from what forward kept of each softmax,
// and from them the gradients: with p after dropout as d,
//   dv = d^T dy,  dd = dy v^T,  ds = p (dp - dy . y),  dq = ds k,  dk = ds^T q.
#include "ck_attention_tiles.h"

/// Room for one head.
typedef struct {
  float *queries, *gradients, *deltas, *keys, *key_panels, *value_panels, *dq, *dk, *dv;
} head_room;

static size_t lay_out(const ck_attention_shape *shape, float *scratch, head_room *room) {
  const size_t width = ck_round_up(shape->head_size, 16), keys = ck_round_up(shape->keys, 16);
  const size_t queries = ck_round_up(shape->queries, 16);
  room->queries = scratch;
  room->gradients = room->queries + queries * width;
  room->keys = room->gradients + queries * width;
  room->key_panels = room->keys + keys * width;
  room->value_panels = room->key_panels + keys * width;
  room->dk = room->value_panels + keys * width;
  room->dv = room->dk + keys * width;
  room->dq = room->dv + keys * width;
  room->deltas = room->dq + CK_QUERIES * width;
  return 2 * queries * width + 5 * keys * width + CK_QUERIES * width + queries;
}

size_t ck_attention_backward_scratch(const ck_attention_shape *shape) {
  head_room room;
  return lay_out(shape, NULL, &room);
}

CK_INLINE float dot(const float *a, const float *b, size_t n) {
  ck_float16 lanes = {0};
  size_t c = 0;
  for (; c + 16 <= n; c += 16) {
    lanes = *(const ck_float16 *)(a + c) * *(const ck_float16 *)(b + c) + lanes;
  }
  for (size_t j = 0; c + j < n; j++) lanes[j] = a[c + j] * b[c + j] + lanes[j];
  return ck_join_lanes((const float *)&lanes);
}

/// One head's rows of all queries and keys, in place of what the room held.
CK_INLINE void pack_head(const ck_attention_shape *shape, const head_room *room, const float *q,
                         const float *k, const float *v, size_t q_stride, size_t kv_stride,
                         const float *y, const float *dy, float scale) {
  const size_t size = shape->head_size, width = ck_round_up(size, 16);
  const size_t stride = shape->heads * size;
  const size_t queries = ck_round_up(shape->queries, 16), keys = ck_round_up(shape->keys, 16);
  ck_pack_rows(q, q_stride, shape->queries, size, scale, room->queries, queries, width);
  ck_pack_rows(dy, stride, shape->queries, size, 1.0f, room->gradients, queries, width);
  // The room of dk holds the values until their panels are made.
  ck_pack_rows(v, kv_stride, shape->keys, size, 1.0f, room->dk, keys, width);
  ck_transpose_panels(room->dk, keys, width, room->value_panels);
  ck_pack_rows(k, kv_stride, shape->keys, size, 1.0f, room->keys, keys, width);
  ck_transpose_panels(room->keys, keys, width, room->key_panels);
  memset(room->dk, 0, keys * width * sizeof(float));
  memset(room->dv, 0, keys * width * sizeof(float));
  for (size_t i = 0; i < shape->queries; i++) {
    room->deltas[i] = dot(y + i * stride, dy + i * stride, size);
  }
}

/// One row: p holds scores and gets the probabilities, ds holds their gradients and gets those of
/// the scores.
CK_INLINE void softmax_row(float *p, float *ds, size_t cols, float maximum, float inverse,
                           float delta) {
  CK_ELEMENTWISE
  for (size_t c = 0; c < cols; c++) {
    const float e = ck_exp(p[c] - maximum) * inverse;
    p[c] = e;
    ds[c] = e * (ds[c] - delta);
  }
}

/// As softmax_row where elements of p were dropped before their use: p gets what was used.
CK_INLINE void dropped_softmax_row(float *p, float *ds, size_t key, size_t cols, float maximum,
                                   float inverse, float delta, const ck_row_dropout *row) {
  float factors[32];
  for (size_t c = 0; c < cols; c += 32, p += 32, ds += 32) {
    ck_dropout_factors(row, key + c, factors);
    CK_ELEMENTWISE
    for (size_t i = 0; i < ck_smaller(32, cols - c); i++) {
      const float e = ck_exp(p[i] - maximum) * inverse;
      p[i] = e * factors[i];
      ds[i] = e * (ds[i] * factors[i] - delta);
    }
  }
}

CK_CLONES void ck_attention_backward(const ck_attention_shape *shape,
                                     const ck_attention_dropout *dropout,
                                     const ck_attention_rows *rows, const float *y,
                                     const float *statistics, const float *dy,
                                     const ck_attention_rows *gradients, float *scratch) {
  const size_t size = shape->head_size, width = ck_round_up(size, 16);
  const size_t y_stride = shape->heads * size;
  const float scale = 1.0f / __builtin_elementwise_sqrt((float)size);
  head_room room;
  lay_out(shape, scratch, &room);
  float p[CK_QUERIES * CK_KEYS] __attribute__((aligned(64)));
  float ds[CK_QUERIES * CK_KEYS] __attribute__((aligned(64)));
  for (size_t at = 0; at < shape->batch * shape->heads; at++) {
    const size_t sample = at / shape->heads, head = at % shape->heads;
    const size_t q_at = sample * shape->queries, kv_at = sample * shape->keys;
    const size_t q_offset = q_at * rows->q_stride + head * size;
    const size_t kv_offset = kv_at * rows->kv_stride + head * size;
    const float *kept = statistics + 2 * at * shape->queries;
    pack_head(shape, &room, rows->q + q_offset, rows->k + kv_offset, rows->v + kv_offset,
              rows->q_stride, rows->kv_stride, y + q_at * y_stride + head * size,
              dy + q_at * y_stride + head * size, scale);
    for (size_t first = 0; first < shape->queries; first += CK_QUERIES) {
      const size_t count = ck_smaller(CK_QUERIES, shape->queries - first);
      memset(room.dq, 0, CK_QUERIES * width * sizeof(float));
      for (size_t key = 0; key < shape->keys; key += CK_KEYS) {
        for (size_t i = 0; i < count; i += CK_TILE) {
          const size_t query = first + i, steps = ck_tile_keys(shape, query, key);
          if (steps == 0) continue;
          const size_t cols = ck_round_up(steps, 16);
          float *tile_p = p + i * CK_KEYS, *tile_ds = ds + i * CK_KEYS;
          ck_score_tile(shape, room.queries + query * width, query, room.key_panels, key, width,
                        cols, tile_p);
          ck_multiply_tile((ck_left){room.gradients + query * width, width, 1},
                           ck_panels(room.value_panels, key, width), size, false, tile_ds, CK_KEYS,
                           cols);
          for (size_t r = 0; r < CK_TILE; r++) {
            float *row_p = tile_p + r * CK_KEYS, *row_ds = tile_ds + r * CK_KEYS;
            if (i + r >= count) {
              memset(row_p, 0, cols * sizeof(float));
              memset(row_ds, 0, cols * sizeof(float));
              continue;
            }
            const float *s = kept + 2 * (query + r);
            const float delta = room.deltas[query + r];
            if (dropout->rate == 0.0f) {
              softmax_row(row_p, row_ds, cols, s[0], s[1], delta);
            } else {
              const ck_row_dropout row = ck_dropout_of_row(dropout, shape, sample, head, query + r);
              dropped_softmax_row(row_p, row_ds, key, cols, s[0], s[1], delta, &row);
            }
            // The softmax of one score is constant; rounding must not make a gradient of it.
            if (ck_seen_keys(shape, query + r) == 1) row_ds[0] = 0.0f;
          }
          ck_multiply_tile((ck_left){tile_ds, CK_KEYS, 1}, ck_packed(room.keys, key, width), steps,
                           true, room.dq + i * width, width, width);
        }
        for (size_t j = 0; j < ck_smaller(CK_KEYS, shape->keys - key); j += CK_TILE) {
          // Queries before these keys do not see them.
          const size_t skipped =
              shape->is_causal && key + j > first ? key + j - first : 0;
          if (skipped >= count) break;
          const size_t from = skipped * CK_KEYS + j, steps = count - skipped;
          ck_multiply_tile((ck_left){p + from, 1, CK_KEYS},
                           ck_packed(room.gradients, first + skipped, width), steps, true,
                           room.dv + (key + j) * width, width, width);
          ck_multiply_tile((ck_left){ds + from, 1, CK_KEYS},
                           ck_packed(room.queries, first + skipped, width), steps, true,
                           room.dk + (key + j) * width, width, width);
        }
      }
      ck_unpack_rows(room.dq, width, count, size, scale,
                     gradients->q + (q_at + first) * gradients->q_stride + head * size,
                     gradients->q_stride);
    }
    const size_t to = kv_at * gradients->kv_stride + head * size;
    ck_unpack_rows(room.dk, width, shape->keys, size, 1.0f, gradients->k + to,
                   gradients->kv_stride);
    ck_unpack_rows(room.dv, width, shape->keys, size, 1.0f, gradients->v + to,
                   gradients->kv_stride);
  }
}
