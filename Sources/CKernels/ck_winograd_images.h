// Between images and the points of their tiles: B^T d B, A g A^T and A^T m A for a block of tiles.
#ifndef CK_WINOGRAD_IMAGES_H
#define CK_WINOGRAD_IMAGES_H

#include "ck_winograd_grid.h"
#include "ck_winograd_points.h"
#include "ck_winograd_tile.h"

/// Copies n channels of a tile's pixels, `offset` bytes behind the first, to a patch of 16 floats a
/// pixel, and points there.
CK_INLINE void ck_winograd_copy_channels(ck_winograd_pixels *pixels, size_t length, size_t offset,
                                         size_t n, bool is_bfloat16, float *patch) {
  for (size_t i = 0; i < length; i++) {
    const char *row = pixels->rows[i] + offset;
    pixels->rows[i] = (const char *)(patch + 16 * length * i);
    for (size_t j = 0; j < length; j++) {
      ck_float16 lanes = ck_load_some(row + pixels->columns[j], n, is_bfloat16);
      *(ck_float16 *)(patch + 16 * (length * i + j)) = ck_masked(lanes, pixels->masks[j]);
    }
  }
  for (size_t j = 0; j < length; j++) pixels->columns[j] = 16 * sizeof(float) * j;
}

/// Writes a line of points to six matrices.
CK_INLINE void ck_winograd_write_line(const ck_float16 *line, float *v, size_t stride) {
  CK_UNROLL
  for (size_t j = 0; j < 6; j++) *(ck_float16 *)(v + j * stride) = line[j];
}

/// The same number, but the compiler cannot see so: it would keep the addresses of all of a tile's
/// pixels and points, one each, from a group to the next, where two or three and offsets do.
CK_INLINE size_t ck_opaque(size_t x) {
  __asm__("" : "+r"(x));
  return x;
}

#define PIXEL(i, j) \
  ck_winograd_pixel(pixels->rows[i] + pixels->columns[j] + offset, pixels->masks[j], is_masked, \
                    is_bfloat16)

CK_INLINE ck_float16 ck_winograd_pixel(const char *x, uint32_t mask, bool is_masked,
                                       bool is_bfloat16) {
  ck_float16 lanes = ck_load_16(x, is_bfloat16);
  return is_masked ? ck_masked(lanes, mask) : lanes;
}

/// B^T d B of 16 channels, `offset` bytes behind the pixels' first, to 36 matrices.
///
/// Columns are transformed for one or two rows of points at a time, as many as stay in registers:
/// loading inputs again costs less than storing what lies between.
CK_INLINE void ck_winograd_input_tile(const ck_winograd_pixels *pixels, size_t offset,
                                      bool is_masked, bool is_bfloat16, float *v, size_t stride) {
  ck_float16 lines[2][6], points[6];
  CK_UNROLL
  for (size_t end = 0; end < 2; end++) {
    CK_UNROLL
    for (size_t j = 0; j < 6; j++) {
      lines[0][j] = ck_winograd_input_end(PIXEL(end, j), PIXEL(end + 2, j), PIXEL(end + 4, j));
    }
    ck_winograd_input_line(lines[0], points);
    ck_winograd_write_line(points, v + 30 * end * stride, stride);
  }
  CK_UNROLL
  for (size_t pair = 0; pair < 2; pair++) {
    const float p = pair == 0 ? CK_WINOGRAD_B : CK_WINOGRAD_A;
    const float q = pair == 0 ? CK_WINOGRAD_B2 : CK_WINOGRAD_A2;
    const float r = pair == 0 ? CK_WINOGRAD_B3 : CK_WINOGRAD_A3;
    CK_UNROLL
    for (size_t j = 0; j < 6; j++) {
      ck_winograd_input_pair(p, q, r, PIXEL(1, j), PIXEL(2, j), PIXEL(3, j), PIXEL(4, j),
                             &lines[0][j], &lines[1][j]);
    }
    CK_UNROLL
    for (size_t k = 0; k < 2; k++) {
      ck_winograd_input_line(lines[k], points);
      ck_winograd_write_line(points, v + (6 + 12 * pair + 6 * k) * stride, stride);
    }
  }
}

/// A g A^T of 16 channels, `offset` bytes behind the pixels' first, to 36 matrices; adds the sum of
/// the pixels to `sum`.
CK_INLINE void ck_winograd_gradient_tile(const ck_winograd_pixels *pixels, size_t offset,
                                         bool is_masked, bool is_bfloat16, float *z, size_t stride,
                                         float *sum) {
  ck_float16 columns[4][6], total[4];
  CK_UNROLL
  for (size_t j = 0; j < 4; j++) {
    ck_float16 g[4] = {PIXEL(0, j), PIXEL(1, j), PIXEL(2, j), PIXEL(3, j)};
    total[j] = (g[0] + g[1]) + (g[2] + g[3]);
    ck_winograd_gradient_line(g, columns[j]);
  }
  *(ck_float16 *)sum += (total[0] + total[1]) + (total[2] + total[3]);
  CK_UNROLL
  for (size_t i = 0; i < 6; i++) {
    ck_float16 row[4] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]}, points[6];
    ck_winograd_gradient_line(row, points);
    ck_winograd_write_line(points, z + 6 * i * stride, stride);
  }
}

#undef PIXEL

/// One group of a tile: the inputs' points, or the gradients' where there are sums for them.
CK_INLINE void ck_winograd_transform_tile(const ck_winograd_pixels *pixels, size_t offset,
                                          bool is_masked, bool is_bfloat16, float *points,
                                          size_t stride, float *sums) {
  if (sums == NULL) {
    ck_winograd_input_tile(pixels, offset, is_masked, is_bfloat16, points, stride);
  } else {
    ck_winograd_gradient_tile(pixels, offset, is_masked, is_bfloat16, points, stride, sums);
  }
}

/// ck_winograd_transform for one element type.
CK_INLINE void ck_winograd_transform_elements(ck_winograd_images images, bool is_bfloat16,
                                              const float *zeros, ck_winograd_grid grid,
                                              size_t first, size_t count,
                                              ck_winograd_points points, float *sums) {
  const size_t size = is_bfloat16 ? 2 : 4, length = sums == NULL ? CK_WINOGRAD_IN : CK_WINOGRAD_OUT;
  float patch[CK_WINOGRAD_POINTS * 16];
  ck_winograd_place place = ck_winograd_place_of(first, grid);
  for (size_t t = 0; t < count; t++, ck_winograd_next(&place, grid)) {
    ck_winograd_pixels pixels = ck_winograd_locate(images, place, length, zeros);
    for (size_t c = 0; c < images.channels; c += 16) {
      const size_t n = images.channels - c, offset = ck_opaque(c * size);
      float *to = points.data + ck_opaque(c * points.rows + 16 * t);
      float *sum = sums == NULL ? NULL : sums + c;
      if (n < 16) {
        ck_winograd_copy_channels(&pixels, length, offset, n, is_bfloat16, patch);
        ck_winograd_transform_tile(&pixels, 0, false, false, to, points.stride, sum);
      } else if (pixels.is_masked) {
        ck_winograd_transform_tile(&pixels, offset, true, is_bfloat16, to, points.stride, sum);
      } else {
        ck_winograd_transform_tile(&pixels, offset, false, is_bfloat16, to, points.stride, sum);
      }
    }
  }
}

/// Transforms `count` tiles from `first` on: inputs, or gradients where there are sums (16 for each
/// group) to add them to. `zeros` hold six pixels.
CK_INLINE void ck_winograd_transform(ck_winograd_images images, const float *zeros,
                                     ck_winograd_grid grid, size_t first, size_t count,
                                     ck_winograd_points points, float *sums) {
  if (images.is_bfloat16) {
    ck_winograd_transform_elements(images, true, zeros, grid, first, count, points, sums);
  } else {
    ck_winograd_transform_elements(images, false, zeros, grid, first, count, points, sums);
  }
}

/// A^T m A plus the bias of 16 channels, from 36 matrices to 4x4 pixels `row` and `pixel` bytes
/// apart.
CK_INLINE void ck_winograd_output_tile(const float *m, size_t stride, const float *bias, char *y,
                                       size_t row, size_t pixel, bool is_bfloat16) {
  const ck_float16 b = *(const ck_float16 *)bias;
  ck_float16 columns[6][4];
  CK_UNROLL
  for (size_t j = 0; j < 6; j++) {
    ck_float16 column[6];
    CK_UNROLL
    for (size_t i = 0; i < 6; i++) column[i] = *(const ck_float16 *)(m + (6 * i + j) * stride);
    ck_winograd_output_line(column, columns[j]);
  }
  CK_UNROLL
  for (size_t i = 0; i < 4; i++) {
    ck_float16 line[6], outputs[4];
    CK_UNROLL
    for (size_t j = 0; j < 6; j++) line[j] = columns[j][i];
    ck_winograd_output_line(line, outputs);
    CK_UNROLL
    for (size_t j = 0; j < 4; j++) {
      ck_store_16(y + i * row + j * pixel, outputs[j] + b, is_bfloat16);
    }
  }
}

/// ck_winograd_write_outputs for one element type.
CK_INLINE void ck_winograd_write_elements(ck_winograd_points products, const float *bias,
                                          ck_winograd_grid grid, size_t first, size_t count,
                                          ck_winograd_images images, bool is_bfloat16) {
  const size_t size = is_bfloat16 ? 2 : 4, pixel = images.channels * size;
  const size_t row = images.width * pixel;
  float patch[CK_WINOGRAD_OUT * CK_WINOGRAD_OUT * 16];
  ck_winograd_place place = ck_winograd_place_of(first, grid);
  for (size_t t = 0; t < count; t++, ck_winograd_next(&place, grid)) {
    const size_t down = images.height - place.row, across = images.width - place.column;
    const size_t first_row = place.image * images.height + place.row;
    char *corner = (char *)images.data + first_row * row + place.column * pixel;
    for (size_t c = 0; c < images.channels; c += 16) {
      const size_t n = images.channels - c;
      // A tile that is not whole goes through a patch: one transform, all in registers.
      const bool is_whole = down >= CK_WINOGRAD_OUT && across >= CK_WINOGRAD_OUT && n >= 16;
      char *to = corner + c * size;
      const float *from = products.data + ck_opaque(c * products.rows + 16 * t);
      ck_winograd_output_tile(from, products.stride, bias + c,
                              is_whole ? to : (char *)patch, is_whole ? row : 4 * 16 * size,
                              is_whole ? pixel : 16 * size, is_bfloat16);
      if (is_whole) continue;
      for (size_t i = 0; i < CK_WINOGRAD_OUT && i < down; i++) {
        for (size_t j = 0; j < CK_WINOGRAD_OUT && j < across; j++) {
          ck_copy_some(to + i * row + j * pixel, (char *)patch + (4 * i + j) * 16 * size,
                       n < 16 ? n : 16, is_bfloat16);
        }
      }
    }
  }
}

/// Writes the outputs of `count` tiles from `first` on; the bias fills whole groups.
CK_INLINE void ck_winograd_write_outputs(ck_winograd_points products, const float *bias,
                                         ck_winograd_grid grid, size_t first, size_t count,
                                         ck_winograd_images images) {
  if (images.is_bfloat16) {
    ck_winograd_write_elements(products, bias, grid, first, count, images, true);
  } else {
    ck_winograd_write_elements(products, bias, grid, first, count, images, false);
  }
}

#endif
