// Images on their way from memory into the second-level cache while products are computed, which
// leave the memory idle; the transforms would have to wait for it.
#ifndef CK_WINOGRAD_FETCH_H
#define CK_WINOGRAD_FETCH_H

#include "ck_winograd_grid.h"

/// Bytes of a cache line.
#define CK_WINOGRAD_LINE 64

/// The most lines of a region: more would push out what is worked on.
#define CK_WINOGRAD_MOST_LINES 4096

/// Some rows of cache lines, perhaps none, and how much of them is fetched.
typedef struct {
  /// The row that is fetched next.
  const char *row;
  size_t rows, lines;
  /// Bytes from a row to the next.
  size_t stride;
  /// Lines that are fetched: of that row, and in all.
  size_t row_done, done;
} ck_winograd_region;

/// Where the pixels of `count` tiles lie, `length` x `length` each, from `first` on, or of as many
/// as there are: whole rows of images, unless a row has more tiles than that.
CK_INLINE ck_winograd_region ck_winograd_region_of(ck_winograd_images images,
                                                   ck_winograd_grid grid, size_t first,
                                                   size_t count, size_t length) {
  ck_winograd_region region = {images.data, 0, 0, 0, 0, 0};
  if (first >= grid.count) return region;
  const size_t last = (grid.count - first < count ? grid.count : first + count) - 1;
  const ck_winograd_place start = ck_winograd_place_of(first, grid);
  const ck_winograd_place end = ck_winograd_place_of(last, grid);
  const size_t height = images.height, width = images.width;
  // With padding the tiles' rows begin above these: there they were fetched with the tiles before.
  const size_t first_row = start.row < height ? start.row : height;
  const size_t end_row = end.row + length < height ? end.row + length : height;
  const size_t pixel = images.channels * (images.is_bfloat16 ? 2 : 4);
  const size_t rows = (end.image * height + end_row) - (start.image * height + first_row);
  region.row += (start.image * height + first_row) * width * pixel;
  if (grid.across <= count) {
    region.rows = 1;
    region.lines = (rows * width * pixel + CK_WINOGRAD_LINE - 1) / CK_WINOGRAD_LINE;
  } else if (start.column < width) {
    const size_t rest = width - start.column, most = CK_WINOGRAD_OUT * count;
    region.row += start.column * pixel;
    region.rows = rows;
    region.lines = ((rest < most ? rest : most) * pixel + CK_WINOGRAD_LINE - 1) / CK_WINOGRAD_LINE;
    region.stride = width * pixel;
  }
  if (region.rows * region.lines > CK_WINOGRAD_MOST_LINES) region.rows = 0;
  return region;
}

/// Fetches the next of CK_WINOGRAD_POINTS parts of a region, that of an index.
CK_INLINE void ck_winograd_fetch(ck_winograd_region *region, size_t part) {
  const size_t end = region->rows * region->lines * (part + 1) / CK_WINOGRAD_POINTS;
  for (; region->done < end; region->done++) {
    __builtin_prefetch(region->row + region->row_done * CK_WINOGRAD_LINE, 0, 2);
    region->row_done++;
    if (region->row_done < region->lines) continue;
    region->row_done = 0;
    region->row += region->stride;
  }
}

#endif
