// Where the tiles of a batch of images lie, and the pixels of a tile.
#ifndef CK_WINOGRAD_GRID_H
#define CK_WINOGRAD_GRID_H

#include "ck_winograd_tile.h"

/// A batch of images as the tiles of one pass see them.
typedef struct {
  void *data;
  size_t height, width, channels;
  /// Rows and columns of zeros before the first.
  size_t top, left;
  bool is_bfloat16;
} ck_winograd_images;

/// How many tiles the outputs of a batch make.
typedef struct {
  size_t down, across, count;
} ck_winograd_grid;

CK_INLINE ck_winograd_grid ck_winograd_make_grid(size_t batch, size_t height, size_t width) {
  ck_winograd_grid grid;
  grid.down = (height + CK_WINOGRAD_OUT - 1) / CK_WINOGRAD_OUT;
  grid.across = (width + CK_WINOGRAD_OUT - 1) / CK_WINOGRAD_OUT;
  grid.count = batch * grid.down * grid.across;
  return grid;
}

/// A tile's image, and its first row and column of outputs there.
typedef struct {
  size_t image, row, column;
} ck_winograd_place;

CK_INLINE ck_winograd_place ck_winograd_place_of(size_t tile, ck_winograd_grid grid) {
  ck_winograd_place place;
  place.image = tile / (grid.down * grid.across);
  place.row = tile / grid.across % grid.down * CK_WINOGRAD_OUT;
  place.column = tile % grid.across * CK_WINOGRAD_OUT;
  return place;
}

CK_INLINE void ck_winograd_next(ck_winograd_place *place, ck_winograd_grid grid) {
  place->column += CK_WINOGRAD_OUT;
  if (place->column < grid.across * CK_WINOGRAD_OUT) return;
  place->column = 0;
  place->row += CK_WINOGRAD_OUT;
  if (place->row < grid.down * CK_WINOGRAD_OUT) return;
  place->row = 0;
  place->image++;
}

/// Where a tile's pixels lie: those of row i and column j start at rows[i] + columns[j], in bytes.
///
/// Rows outside the image are rows of zeros; columns outside are to be masked.
typedef struct {
  const char *rows[CK_WINOGRAD_IN];
  size_t columns[CK_WINOGRAD_IN];
  /// All bits for a column inside the image, none for one outside.
  uint32_t masks[CK_WINOGRAD_IN];
  bool is_masked;
} ck_winograd_pixels;

/// Finds the `length` x `length` pixels of a tile; `zeros` hold `length` pixels.
CK_INLINE ck_winograd_pixels ck_winograd_locate(ck_winograd_images images,
                                                ck_winograd_place place, size_t length,
                                                const float *zeros) {
  const size_t pixel = images.channels * (images.is_bfloat16 ? 2 : 4);
  // Positions before the first wrap around to large numbers, which lie outside too.
  const size_t row = place.row - images.top, column = place.column - images.left;
  const size_t width = images.width, start = column < width ? column : 0;
  const char *origin =
      (const char *)images.data + (place.image * images.height * width + start) * pixel;
  ck_winograd_pixels pixels;
  pixels.is_masked = column >= width || column + length > width;
  for (size_t j = 0; j < length; j++) {
    const bool is_inside = column + j < width;
    pixels.columns[j] = is_inside ? (column + j - start) * pixel : 0;
    pixels.masks[j] = is_inside ? ~0u : 0u;
  }
  for (size_t i = 0; i < length; i++) {
    const bool is_inside = row + i < images.height;
    pixels.rows[i] = is_inside ? origin + (row + i) * width * pixel : (const char *)zeros;
  }
  return pixels;
}

#endif
