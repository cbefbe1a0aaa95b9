#include "ck_pool_windows.h"

size_t ck_pool_winner_size(const ck_pool *p) {
  return p->window_height * p->window_width <= 256 ? 1 : 4;
}

/// 16 channels of one output: `from` is the first of them at the window's first position inside.
CK_INLINE void maximum(const ck_element_type type, const bool is_wide, const bool is_last,
                       const ck_pool *p, ck_span rows, ck_span cols, const void *x, size_t from,
                       void *y, void *winners, size_t to) {
  const size_t in_count = ck_pool_input_count(p);
  ck_floats best = -__builtin_inff();
  ck_ints winner = (int32_t)(rows.first * p->window_width + cols.first);
  for (size_t r = rows.first; r < rows.end; r++, from += p->width * p->channels) {
    size_t at = from;
    int32_t position = (int32_t)(r * p->window_width + cols.first);
    for (size_t c = cols.first; c < cols.end; c++, at += p->channels, position++) {
      ck_floats v;
      ck_load_lanes(type, x, at, ck_pool_lanes(is_last, at, in_count), &v);
      const ck_ints wins = (v > best) | (v != v);
      best = wins ? v : best;
      winner = wins ? (ck_ints)position : winner;
    }
  }
  const size_t n = ck_pool_lanes(is_last, to, ck_pool_output_count(p));
  ck_store_lanes(type, y, to, n, &best);
  if (winners != NULL) ck_store_ints(is_wide, winners, to, n, &winner);
}

CK_INLINE void max_forward(const ck_element_type type, const bool is_wide, const ck_pool *p,
                           const void *x, void *y, void *winners) {
#define LANES(is_last, c) \
  maximum(type, is_wide, is_last, p, rows, cols, x, from + c, y, winners, to + c);
  CK_FOR_EACH_WINDOW(p, LANES)
#undef LANES
}

CK_CLONES void ck_max_pool_forward(ck_element_type type, const ck_pool *pool, const void *x,
                                   void *y, void *winners) {
  if (winners == NULL) {
    if (type == CK_BFLOAT16) max_forward(CK_BFLOAT16, false, pool, x, y, NULL);
    else max_forward(CK_FLOAT32, false, pool, x, y, NULL);
  } else if (ck_pool_winner_size(pool) == 1) {
    if (type == CK_BFLOAT16) max_forward(CK_BFLOAT16, false, pool, x, y, winners);
    else max_forward(CK_FLOAT32, false, pool, x, y, winners);
  } else {
    if (type == CK_BFLOAT16) max_forward(CK_BFLOAT16, true, pool, x, y, winners);
    else max_forward(CK_FLOAT32, true, pool, x, y, winners);
  }
}

/// Adds 16 channels of the output at `at` to a sum, where they come from a position.
CK_INLINE void add_won(const ck_element_type type, const bool is_wide, size_t n, size_t position,
                       const void *dy, const void *winners, size_t at, ck_floats *sum) {
  ck_floats d;
  ck_ints winner;
  ck_load_lanes(type, dy, at, n, &d);
  ck_load_ints(is_wide, winners, at, n, &winner);
  *sum = *sum + (winner == (int32_t)position ? d : (ck_floats)0.0f);
}

/// 16 channels of one element, which is in the windows of `rows` and `cols`; `row` and `col` say
/// where, counted from the first padded one.
CK_INLINE void won(const ck_element_type type, const bool is_wide, const bool is_last,
                   const ck_pool *p, size_t row, size_t col, ck_span rows, ck_span cols,
                   const void *dy, const void *winners, size_t from, void *dx, size_t to) {
  const size_t out_count = ck_pool_output_count(p);
  ck_floats sum = 0.0f;
  for (size_t oh = rows.first; oh < rows.end; oh++) {
    const size_t first = (row - oh * p->stride_height) * p->window_width + col;
    for (size_t ow = cols.first; ow < cols.end; ow++) {
      const size_t at = from + (oh * p->out_width + ow) * p->channels;
      add_won(type, is_wide, ck_pool_lanes(is_last, at, out_count), first - ow * p->stride_width,
              dy, winners, at, &sum);
    }
  }
  ck_store_lanes(type, dx, to, ck_pool_lanes(is_last, to, ck_pool_input_count(p)), &sum);
}

/// As won for an element that is in one window, whose output is at `from`.
CK_INLINE void tile_won(const ck_element_type type, const bool is_wide, const bool is_last,
                        const ck_pool *p, size_t position, const void *dy, const void *winners,
                        size_t from, void *dx, size_t to) {
  ck_floats sum = 0.0f;
  add_won(type, is_wide, ck_pool_lanes(is_last, from, ck_pool_output_count(p)), position, dy,
          winners, from, &sum);
  ck_store_lanes(type, dx, to, ck_pool_lanes(is_last, to, ck_pool_input_count(p)), &sum);
}

CK_INLINE void max_backward(const ck_element_type type, const bool is_wide, const ck_pool *p,
                            const void *dy, const void *winners, void *dx) {
  if (ck_is_tiled(p)) {
#define REST(to, n) ck_clear(type, dx, to, n);
#define LANES(is_last, c) \
  tile_won(type, is_wide, is_last, p, position, dy, winners, from + c, dx, to + c);
    CK_FOR_EACH_TILED_ELEMENT(p, LANES, REST)
#undef LANES
#undef REST
  } else {
#define LANES(is_last, c) \
  won(type, is_wide, is_last, p, row, col, rows, cols, dy, winners, from + c, dx, to + c);
    CK_FOR_EACH_ELEMENT(p, LANES)
#undef LANES
  }
}

CK_CLONES void ck_max_pool_backward(ck_element_type type, const ck_pool *pool, const void *dy,
                                    const void *winners, void *dx) {
  if (ck_pool_winner_size(pool) == 1) {
    if (type == CK_BFLOAT16) max_backward(CK_BFLOAT16, false, pool, dy, winners, dx);
    else max_backward(CK_FLOAT32, false, pool, dy, winners, dx);
  } else {
    if (type == CK_BFLOAT16) max_backward(CK_BFLOAT16, true, pool, dy, winners, dx);
    else max_backward(CK_FLOAT32, true, pool, dy, winners, dx);
  }
}
