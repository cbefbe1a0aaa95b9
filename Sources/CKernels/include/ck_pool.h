// Pooling of images: each window becomes its maximum or its mean, channel by channel.
//
// x and dx are [batch, height, width, channels], y and dy [batch, out_height, out_width, channels],
// of the given type.
#ifndef CK_POOL_H
#define CK_POOL_H

#include "ck_bfloat16.h"

/// The sizes of a pooling. Every window must hold an element of the image: padding is at most half
/// the window.
typedef struct {
  size_t batch, height, width, channels;
  size_t out_height, out_width;
  size_t window_height, window_width;
  size_t stride_height, stride_width;
  /// Rows above and columns left of the image that the windows reach out for.
  size_t padding_height, padding_width;
} ck_pool;

/// Bytes that an output's winner takes: 1, or 4 where a window has more than 256 positions.
size_t ck_pool_winner_size(const ck_pool *pool);

/// y = the maximum of each window; elements outside of the image are -infinity.
///
/// `winners` takes the row-major position in its window that each output came from; NULL leaves it
/// out. Of equal elements the first wins; of NaNs, which win over all else, the last.
void ck_max_pool_forward(ck_element_type type, const ck_pool *pool, const void *x, void *y,
                         void *winners);

/// dx = the sum of dy over the windows that an element won, in their order; overwrites dx.
void ck_max_pool_backward(ck_element_type type, const ck_pool *pool, const void *dy,
                          const void *winners, void *dx);

/// y = the mean of each window's elements inside the image: of the sums of its rows.
void ck_average_pool_forward(ck_element_type type, const ck_pool *pool, const void *x, void *y);

/// dx = the sum over the windows around an element of dy over their elements; overwrites dx.
void ck_average_pool_backward(ck_element_type type, const ck_pool *pool, const void *dy, void *dx);

#endif
