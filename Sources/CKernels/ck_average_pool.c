#include "ck_pool_windows.h"

/// What each of a window's elements inside the image contributes to its mean.
CK_INLINE float share_of(ck_span rows, ck_span cols) {
  return 1.0f / (float)((rows.end - rows.first) * (cols.end - cols.first));
}

/// 16 channels of one output: `from` is the first of them at the window's first position inside.
CK_INLINE void mean(const ck_element_type type, const bool is_last, const ck_pool *p, ck_span rows,
                    ck_span cols, const void *x, size_t from, void *y, size_t to) {
  const size_t in_count = ck_pool_input_count(p);
  ck_floats sum = 0.0f;
  for (size_t r = rows.first; r < rows.end; r++, from += p->width * p->channels) {
    ck_floats row = 0.0f, v;
    size_t at = from;
    for (size_t c = cols.first; c < cols.end; c++, at += p->channels) {
      ck_load_lanes(type, x, at, ck_pool_lanes(is_last, at, in_count), &v);
      row = row + v;
    }
    sum = sum + row;
  }
  const ck_floats result = sum * share_of(rows, cols);
  ck_store_lanes(type, y, to, ck_pool_lanes(is_last, to, ck_pool_output_count(p)), &result);
}

CK_INLINE void average_forward(const ck_element_type type, const ck_pool *p, const void *x,
                               void *y) {
#define LANES(is_last, c) mean(type, is_last, p, rows, cols, x, from + c, y, to + c);
  CK_FOR_EACH_WINDOW(p, LANES)
#undef LANES
}

CK_CLONES void ck_average_pool_forward(ck_element_type type, const ck_pool *pool, const void *x,
                                       void *y) {
  if (type == CK_BFLOAT16) average_forward(CK_BFLOAT16, pool, x, y);
  else average_forward(CK_FLOAT32, pool, x, y);
}

/// 16 channels of one element, which is in the windows of `rows` and `cols`.
CK_INLINE void gather(const ck_element_type type, const bool is_last, const ck_pool *p,
                      ck_span rows, ck_span cols, const void *dy, size_t from, void *dx,
                      size_t to) {
  const size_t out_count = ck_pool_output_count(p);
  ck_floats sum = 0.0f, d;
  for (size_t oh = rows.first; oh < rows.end; oh++) {
    const ck_span window_rows = ck_window_inside(oh * p->stride_height, p->window_height,
                                                 p->padding_height, p->height);
    for (size_t ow = cols.first; ow < cols.end; ow++) {
      const ck_span window_cols =
          ck_window_inside(ow * p->stride_width, p->window_width, p->padding_width, p->width);
      const size_t at = from + (oh * p->out_width + ow) * p->channels;
      ck_load_lanes(type, dy, at, ck_pool_lanes(is_last, at, out_count), &d);
      sum = d * share_of(window_rows, window_cols) + sum;
    }
  }
  ck_store_lanes(type, dx, to, ck_pool_lanes(is_last, to, ck_pool_input_count(p)), &sum);
}

/// As gather for an element that is in one window, whose output is at `from`.
CK_INLINE void take(const ck_element_type type, const bool is_last, const ck_pool *p, float share,
                    const void *dy, size_t from, void *dx, size_t to) {
  ck_floats d;
  ck_load_lanes(type, dy, from, ck_pool_lanes(is_last, from, ck_pool_output_count(p)), &d);
  d = d * share;
  ck_store_lanes(type, dx, to, ck_pool_lanes(is_last, to, ck_pool_input_count(p)), &d);
}

CK_INLINE void average_backward(const ck_element_type type, const ck_pool *p, const void *dy,
                                void *dx) {
  if (ck_is_tiled(p)) {
    const float share = 1.0f / (float)(p->window_height * p->window_width);
#define REST(to, n) ck_clear(type, dx, to, n);
#define LANES(is_last, c)                             \
  (void)position;                                     \
  take(type, is_last, p, share, dy, from + c, dx, to + c);
    CK_FOR_EACH_TILED_ELEMENT(p, LANES, REST)
#undef LANES
#undef REST
  } else {
#define LANES(is_last, c) gather(type, is_last, p, rows, cols, dy, from + c, dx, to + c);
    CK_FOR_EACH_ELEMENT(p, LANES)
#undef LANES
  }
}

CK_CLONES void ck_average_pool_backward(ck_element_type type, const ck_pool *pool, const void *dy,
                                        void *dx) {
  if (type == CK_BFLOAT16) average_backward(CK_BFLOAT16, pool, dy, dx);
  else average_backward(CK_FLOAT32, pool, dy, dx);
}
