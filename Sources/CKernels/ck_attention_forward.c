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

/// Turns a tile's scores into e^(score - maximum), with each row's maximum over this block and
/// those before, whose sums are brought to it.
CK_INLINE void exponentiate_tile(float *scores, size_t cols, float *maximum, float *total,
                                 float *sums, size_t width) {
  float corrections[CK_TILE];
  for (size_t r = 0; r < CK_TILE; r++) {
    const float before = maximum[r], largest = ck_row_maximum(scores + r * CK_KEYS, cols);
    maximum[r] = before > largest ? before : largest;
    corrections[r] = before - maximum[r];
  }
  CK_ELEMENTWISE
  for (size_t r = 0; r < CK_TILE; r++) corrections[r] = ck_exp(corrections[r]);
  for (size_t r = 0; r < CK_TILE; r++, scores += CK_KEYS, sums += width) {
    total[r] =
        total[r] * corrections[r] + ck_row_exponentials(scores, maximum[r], scores, cols);
    if (corrections[r] == 1.0f) continue;
    CK_ELEMENTWISE_SHORT
    for (size_t c = 0; c < width; c++) sums[c] = sums[c] * corrections[r];
  }
}

/// Drops in a tile of `rows` queries.
CK_INLINE void drop_tile(const ck_head *head, size_t query, size_t key, size_t rows, size_t cols,
                         float *p) {
  float factors[32];
  for (size_t r = 0; r < rows; r++, p += CK_KEYS) {
    const ck_row_dropout row = ck_dropout_of_row(head, query + r);
    for (size_t c = 0; c < cols; c += 32) {
      const size_t n = ck_smaller(32, cols - c);
      ck_dropout_factors(&row, key + c, factors);
      CK_ELEMENTWISE
      for (size_t i = 0; i < n; i++) p[c + i] = p[c + i] * factors[i];
    }
  }
}

CK_INLINE void pack_head(const ck_head *head, const head_room *room,
                         const ck_attention_rows *rows) {
  const size_t size = head->shape->head_size, keys = head->shape->keys, width = head->width;
  const size_t stride = rows->kv_stride, at = ck_key_offset(head, rows);
  for (size_t key = 0; key < keys; key += 16) {
    ck_pack_rows(rows->k + at + key * stride, stride, ck_smaller(16, keys - key), size, 1.0f,
                 room->staging, 16, width);
    ck_transpose_panels(room->staging, 16, width, room->key_panels + key * width);
  }
  ck_pack_rows(rows->v + at, stride, keys, size, 1.0f, room->values, ck_round_up(keys, 16), width);
}

/// One block of packed queries along all keys: for each query the sum of the values, which its
/// total is yet to divide.
CK_INLINE void attend(const ck_head *head, const head_room *room, size_t first, size_t count,
                      float *maximum, float *total) {
  const size_t width = head->width;
  float scores[CK_TILE * CK_KEYS] __attribute__((aligned(64)));
  memset(room->sums, 0, CK_QUERIES * width * sizeof(float));
  for (size_t i = 0; i < CK_QUERIES; i++) {
    maximum[i] = -__builtin_inff();
    total[i] = 0.0f;
  }
  for (size_t key = 0; key < head->shape->keys; key += CK_KEYS) {
    for (size_t i = 0; i < count; i += CK_TILE) {
      const size_t steps = ck_tile_keys(head->shape, first + i, key), cols = ck_round_up(steps, 16);
      if (steps == 0) continue;
      float *sums = room->sums + i * width;
      ck_score_tile(head, room->queries + i * width, first + i, room->key_panels, key, cols,
                    scores);
      exponentiate_tile(scores, cols, maximum + i, total + i, sums, width);
      if (head->dropout->rate > 0.0f) {
        drop_tile(head, first + i, key, ck_smaller(CK_TILE, count - i), cols, scores);
      }
      ck_multiply_tile((ck_left){scores, CK_KEYS, 1}, ck_packed(room->values, key, width), steps,
                       true, sums, width, width);
    }
  }
}

CK_CLONES void ck_attention_forward(const ck_attention_shape *shape,
                                    const ck_attention_dropout *dropout,
                                    const ck_attention_rows *rows, float *y, float *statistics,
                                    float *scratch) {
  const size_t size = shape->head_size, stride = shape->heads * size;
  head_room room;
  lay_out(shape, scratch, &room);
  for (size_t at = 0; at < shape->batch * shape->heads; at++) {
    const ck_head head = ck_make_head(shape, dropout, at);
    pack_head(&head, &room, rows);
    const float *q = rows->q + ck_query_offset(&head, rows);
    float *out = y + head.sample * shape->queries * stride + head.index * size;
    for (size_t first = 0; first < shape->queries; first += CK_QUERIES) {
      const size_t count = ck_smaller(CK_QUERIES, shape->queries - first);
      float maximum[CK_QUERIES], total[CK_QUERIES];
      ck_pack_rows(q + first * rows->q_stride, rows->q_stride, count, size, head.scale,
                   room.queries, ck_round_up(count, CK_TILE), head.width);
      attend(&head, &room, first, count, maximum, total);
      for (size_t i = 0; i < count; i++) {
        const float inverse = 1.0f / total[i];
        ck_unpack_rows(room.sums + i * head.width, head.width, 1, size, inverse,
                       out + (first + i) * stride, stride);
        if (statistics == NULL) continue;
        float *kept = statistics + 2 * (at * shape->queries + first + i);
        kept[0] = maximum[i];
        kept[1] = inverse;
      }
    }
  }
}
