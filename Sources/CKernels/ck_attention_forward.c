// Forward: per block of queries, online softmax along the blocks of keys ("Online normalizer
// calculation for softmax", Milakov and Gimelshein, 2018).
#include "ck_attention_tiles.h"
#include "ck_softmax.h"

/// Room for one head, and the state of one block of queries.
typedef struct {
  float *key_panels, *values, *queries, *sums, *staging;
} head_room;

static size_t lay_out(const ck_attention_shape *shape, float *scratch, head_room *room) {
  const size_t width = ck_round_up(shape->head_size, 16), keys = ck_round_up(shape->keys, 16);
  room->key_panels = scratch;
  room->values = room->key_panels + keys * width;
  room->queries = room->values + keys * width;
  room->sums = room->queries + CK_QUERIES * width;
  room->staging = room->sums + CK_QUERIES * width;
  return 2 * keys * width + (2 * CK_QUERIES + 16) * width;
}

size_t ck_attention_forward_scratch(const ck_attention_shape *shape) {
  head_room room;
  return lay_out(shape, NULL, &room);
}

/// Turns a row of scores into e^(score - maximum), with the maximum over this block and those
/// before, whose sums are brought to it.
CK_INLINE void exponentiate_row(float *scores, size_t cols, float *maximum, float *total,
                                float *sums, size_t width) {
  const float block_maximum = ck_row_maximum(scores, cols), before = *maximum;
  const float largest = before > block_maximum ? before : block_maximum;
  const float correction = ck_exp(before - largest);
  *maximum = largest;
  *total = *total * correction + ck_row_exponentials(scores, largest, scores, cols);
  if (correction == 1.0f) return;
  CK_ELEMENTWISE_SHORT
  for (size_t c = 0; c < width; c++) sums[c] = sums[c] * correction;
}

CK_INLINE void drop_row(float *p, size_t key, size_t cols, const ck_row_dropout *row) {
  float factors[32];
  for (size_t c = 0; c < cols; c += 32) {
    ck_dropout_factors(row, key + c, factors);
    CK_ELEMENTWISE
    for (size_t i = 0; i < ck_smaller(32, cols - c); i++) p[c + i] = p[c + i] * factors[i];
  }
}

CK_CLONES void ck_attention_forward(const ck_attention_shape *shape,
                                    const ck_attention_dropout *dropout,
                                    const ck_attention_rows *rows, float *y, float *statistics,
                                    float *scratch) {
  const size_t size = shape->head_size, width = ck_round_up(size, 16);
  const size_t key_count = ck_round_up(shape->keys, 16), y_stride = shape->heads * size;
  const float scale = 1.0f / __builtin_elementwise_sqrt((float)size);
  head_room room;
  lay_out(shape, scratch, &room);
  float scores[CK_TILE * CK_KEYS] __attribute__((aligned(64)));
  for (size_t at = 0; at < shape->batch * shape->heads; at++) {
    const size_t sample = at / shape->heads, head = at % shape->heads;
    const float *q = rows->q + sample * shape->queries * rows->q_stride + head * size;
    const float *k = rows->k + sample * shape->keys * rows->kv_stride + head * size;
    const float *v = rows->v + sample * shape->keys * rows->kv_stride + head * size;
    float *out = y + sample * shape->queries * y_stride + head * size;
    for (size_t key = 0; key < shape->keys; key += 16) {
      ck_pack_rows(k + key * rows->kv_stride, rows->kv_stride, ck_smaller(16, shape->keys - key),
                   size, 1.0f, room.staging, 16, width);
      ck_transpose_panels(room.staging, 16, width, room.key_panels + key * width);
    }
    ck_pack_rows(v, rows->kv_stride, shape->keys, size, 1.0f, room.values, key_count, width);
    for (size_t first = 0; first < shape->queries; first += CK_QUERIES) {
      const size_t count = ck_smaller(CK_QUERIES, shape->queries - first);
      float maximum[CK_QUERIES], total[CK_QUERIES] = {0};
      for (size_t i = 0; i < CK_QUERIES; i++) maximum[i] = -__builtin_inff();
      memset(room.sums, 0, CK_QUERIES * width * sizeof(float));
      ck_pack_rows(q + first * rows->q_stride, rows->q_stride, count, size, scale, room.queries,
                   ck_round_up(count, CK_TILE), width);
      for (size_t key = 0; key < shape->keys; key += CK_KEYS) {
        for (size_t i = 0; i < count; i += CK_TILE) {
          const size_t steps = ck_tile_keys(shape, first + i, key);
          if (steps == 0) continue;
          const size_t cols = ck_round_up(steps, 16);
          ck_score_tile(shape, room.queries + i * width, first + i, room.key_panels, key, width,
                        cols, scores);
          for (size_t r = 0; r < CK_TILE; r++) {
            exponentiate_row(scores + r * CK_KEYS, cols, &maximum[i + r], &total[i + r],
                             room.sums + (i + r) * width, width);
            if (dropout->rate == 0.0f || i + r >= count) continue;
            const ck_row_dropout row = ck_dropout_of_row(dropout, shape, sample, head,
                                                         first + i + r);
            drop_row(scores + r * CK_KEYS, key, cols, &row);
          }
          ck_multiply_tile((ck_left){scores, CK_KEYS, 1}, ck_packed(room.values, key, width), steps,
                           true, room.sums + i * width, width, width);
        }
      }
      for (size_t i = 0; i < count; i++) {
        const float inverse = 1.0f / total[i];
        ck_unpack_rows(room.sums + i * width, width, 1, size, inverse, out + (first + i) * y_stride,
                       y_stride);
        if (statistics == NULL) continue;
        float *kept = statistics + 2 * (at * shape->queries + first + i);
        kept[0] = maximum[i];
        kept[1] = inverse;
      }
    }
  }
}
