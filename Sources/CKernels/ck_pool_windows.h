// Which elements a window has, and which windows an element is in, along one axis.
//
// Channels are walked 16 at a time. The last 16 of a pixel may reach over its channels into the
// pixels after it: what is written there is written again when their turn comes, so only the end of
// a buffer asks for care.
#ifndef CK_POOL_WINDOWS_H
#define CK_POOL_WINDOWS_H

#include "ck_element_lanes.h"
#include "ck_pool.h"

/// Some consecutive numbers: `first` up to below `end`.
typedef struct {
  size_t first, end;
} ck_span;

/// The positions of a window that lie inside the image; `start` counts from the first padded one.
CK_INLINE ck_span ck_window_inside(size_t start, size_t window, size_t padding, size_t size) {
  ck_span inside = {start < padding ? padding - start : 0, size + padding - start};
  if (inside.end > window) inside.end = window;
  return inside;
}

/// Moves the span of windows that an element is in on to a later element; both count from the first
/// padded one. Starts from {0, 0}.
CK_INLINE void ck_move_to(ck_span *windows, size_t element, size_t window, size_t stride,
                          size_t count) {
  while (windows->first * stride + window <= element) windows->first++;
  while (windows->end < count && windows->end * stride <= element) windows->end++;
}

/// Elements of the input, and of the output.
CK_INLINE size_t ck_pool_input_count(const ck_pool *p) {
  return p->batch * p->height * p->width * p->channels;
}
CK_INLINE size_t ck_pool_output_count(const ck_pool *p) {
  return p->batch * p->out_height * p->out_width * p->channels;
}

/// Lanes to load or store from index i of `count` on: 16, or what there is before the end, which
/// only the last channels of a pixel can reach.
CK_INLINE size_t ck_pool_lanes(const bool is_last, size_t i, size_t count) {
  return is_last && i + CK_LANES > count ? count - i : CK_LANES;
}

/// Whether the windows lie side by side, so that no element is in two of them.
CK_INLINE bool ck_is_tiled(const ck_pool *p) {
  return p->stride_height == p->window_height && p->stride_width == p->window_width &&
         p->padding_height == 0 && p->padding_width == 0;
}

/// Runs `LANES(is_last, c)` for each 16 channels of a pixel, from channel c on.
#define CK_FOR_EACH_16_CHANNELS(p, LANES)                              \
  {                                                                    \
    size_t c = 0;                                                      \
    for (; c + CK_LANES <= (p)->channels; c += CK_LANES) {             \
      LANES(false, c)                                                  \
    }                                                                  \
    if (c < (p)->channels) {                                           \
      LANES(true, c)                                                   \
    }                                                                  \
  }

/// Runs `LANES(is_last, c)` for each 16 channels of each output.
///
/// It finds the positions inside the image in `rows` and `cols`, the index of the first of them in
/// the input in `from`, that of the output in `to`.
#define CK_FOR_EACH_WINDOW(p, LANES)                                                           \
  size_t to = 0;                                                                               \
  for (size_t b = 0; b < (p)->batch; b++) {                                                    \
    for (size_t oh = 0; oh < (p)->out_height; oh++) {                                          \
      const size_t top = oh * (p)->stride_height;                                              \
      const ck_span rows =                                                                     \
          ck_window_inside(top, (p)->window_height, (p)->padding_height, (p)->height);         \
      const size_t row = b * (p)->height + top + rows.first - (p)->padding_height;             \
      for (size_t ow = 0; ow < (p)->out_width; ow++, to += (p)->channels) {                    \
        const size_t left = ow * (p)->stride_width;                                            \
        const ck_span cols =                                                                   \
            ck_window_inside(left, (p)->window_width, (p)->padding_width, (p)->width);         \
        const size_t col = left + cols.first - (p)->padding_width;                             \
        const size_t from = (row * (p)->width + col) * (p)->channels;                          \
        CK_FOR_EACH_16_CHANNELS(p, LANES)                                                      \
      }                                                                                        \
    }                                                                                          \
  }

/// Runs `LANES(is_last, c)` for each 16 channels of each element of the input.
///
/// It finds the element's place, counted from the first padded one, in `row` and `col`, the windows
/// that it is in in `rows` and `cols`, the index of the first output of its image in `from`, its
/// own in `to`.
#define CK_FOR_EACH_ELEMENT(p, LANES)                                                          \
  size_t to = 0, from = 0;                                                                     \
  for (size_t b = 0; b < (p)->batch; b++) {                                                    \
    ck_span rows = {0, 0};                                                                     \
    for (size_t h = 0; h < (p)->height; h++) {                                                 \
      const size_t row = h + (p)->padding_height;                                              \
      ck_move_to(&rows, row, (p)->window_height, (p)->stride_height, (p)->out_height);         \
      ck_span cols = {0, 0};                                                                   \
      for (size_t w = 0; w < (p)->width; w++, to += (p)->channels) {                           \
        const size_t col = w + (p)->padding_width;                                             \
        ck_move_to(&cols, col, (p)->window_width, (p)->stride_width, (p)->out_width);          \
        CK_FOR_EACH_16_CHANNELS(p, LANES)                                                      \
      }                                                                                        \
    }                                                                                          \
    from += (p)->out_height * (p)->out_width * (p)->channels;                                  \
  }

/// As CK_FOR_EACH_ELEMENT for tiled windows.
///
/// It finds the element's position in its one window in `position`, the index of that window's
/// output in `from`. Runs `REST(to, n)` for runs of n elements that no window reaches.
#define CK_FOR_EACH_TILED_ELEMENT(p, LANES, REST)                                      \
  size_t to = 0, from_row = 0;                                                         \
  const size_t rest = ((p)->width - (p)->out_width * (p)->window_width) * (p)->channels; \
  const size_t rest_rows = (p)->height - (p)->out_height * (p)->window_height;         \
  for (size_t b = 0; b < (p)->batch; b++) {                                            \
    for (size_t oh = 0; oh < (p)->out_height; oh++) {                                  \
      for (size_t r = 0; r < (p)->window_height; r++) {                                \
        size_t from = from_row;                                                        \
        for (size_t ow = 0; ow < (p)->out_width; ow++, from += (p)->channels) {        \
          for (size_t w = 0; w < (p)->window_width; w++, to += (p)->channels) {        \
            const size_t position = r * (p)->window_width + w;                         \
            CK_FOR_EACH_16_CHANNELS(p, LANES)                                          \
          }                                                                            \
        }                                                                              \
        REST(to, rest)                                                                 \
        to += rest;                                                                    \
      }                                                                                \
      from_row += (p)->out_width * (p)->channels;                                      \
    }                                                                                  \
    REST(to, rest_rows * (p)->width * (p)->channels)                                   \
    to += rest_rows * (p)->width * (p)->channels;                                      \
  }

/// Zeroes n elements.
CK_INLINE void ck_clear(const ck_element_type type, void *x, size_t i, size_t n) {
  const size_t size = type == CK_BFLOAT16 ? sizeof(ck_bfloat16) : sizeof(float);
  memset((char *)x + i * size, 0, n * size);
}

#endif
