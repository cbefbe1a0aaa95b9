// Convolutions with 3x3 kernels, stride 1, by Winograd's minimal filtering: a quarter of the
// multiplications.
//
// A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016. A tile of 4x4
// outputs y of one filter g is made from a tile of 6x6 inputs d by
//
//     y = A^T [ (G g G^T) * (B^T d B) ] A          (* element by element)
//
// summed over the channels between the brackets: 36 products in place of 144. Over all tiles,
// channels and filters these are 36 matrix products. The matrices come from evaluating polynomials
// at six points, here 0, 2/3, -2/3, 3/2, -3/2 and infinity: of the sets of points that are
// symmetric (so that pairs share work) it is among the most accurate, three times better than 0, 1,
// -1, 2, -2, infinity; and the pairs' points are inverse to each other, which makes coefficients 1.
// With a = 2/3, b = 3/2, c = 1 / (2 (b^2 - a^2)) and each pair scaled to spare multiplications:
//
//           1    0   -a^2-b^2   0   1   0           1     0       0
//           0  -b^2  -b^3       1   b   0          -c   -c a   -c a^2
//     B^T = 0   b^2  -b^3      -1   b   0     G =  -c    c a   -c a^2
//           0  -a^2  -a^3       1   a   0           c    c b    c b^2
//           0   a^2  -a^3      -1   a   0           c   -c b    c b^2
//           0    1    0   -a^2-b^2  0   1           0     0       1
//
//           1   b    b    a    a    0
//     A^T = 0   1   -1    1   -1    0
//           0   a    a    b    b    0
//           0  a^2 -a^2  b^2 -b^2   1
//
// The gradient of the input is the same with the kernels turned by 180 degrees; the gradient of the
// weights is the adjoint, G^T [ sum over tiles of (A dy A^T) * (B^T d B) ] G.
//
// Images are [batch, height, width, channels]; weights [filters, channels, 3, 3], float32. The
// largest error of a result is about 1e-6 (16 channels) to 4e-6 (512) of the largest result. A
// value that is not finite spreads over the tiles that it is part of; an infinity may become a NaN.
// Sums run over the channels, or tiles, in an order that depends on the shape alone.
#ifndef CK_WINOGRAD_H
#define CK_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

/// The sizes of a convolution, all at least 1 but the padding.
typedef struct {
  size_t batch, height, width, channels, filters;
  /// Rows and columns of zeros before the first, 0 to 2.
  size_t top, left;
  /// Rows and columns of the output: the input's, plus the padding on both sides (0 to 2 each),
  /// less 2.
  size_t out_height, out_width;
} ck_winograd_shape;

/// Floats of scratch memory that a pass needs; any contents, 64-byte aligned for speed.
size_t ck_winograd_forward_scratch(ck_winograd_shape shape);
size_t ck_winograd_backward_data_scratch(ck_winograd_shape shape);
size_t ck_winograd_backward_weights_scratch(ck_winograd_shape shape);

/// y [batch, out_height, out_width, filters] from x [batch, height, width, channels].
///
/// x and y hold float32, or bfloat16, which is computed with in float32 and rounded once. No bias
/// where it is NULL.
void ck_winograd_forward(ck_winograd_shape shape, const void *x, const float *weight,
                         const float *bias, void *y, bool is_bfloat16, float *scratch);

/// dx, the gradient of x, from dy, that of y.
void ck_winograd_backward_data(ck_winograd_shape shape, const void *dy, const float *weight,
                               void *dx, bool is_bfloat16, float *scratch);

/// dweight and, unless it is NULL, dbias from x and dy; overwrites both.
void ck_winograd_backward_weights(ck_winograd_shape shape, const void *x, const void *dy,
                                  float *dweight, float *dbias, bool is_bfloat16, float *scratch);

#endif
