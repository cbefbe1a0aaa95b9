#include "ck_winograd.h"

#include "ck_winograd_images.h"
#include "ck_winograd_points.h"
#include "ck_winograd_weights.h"

/// A forward pass, or one that computes the gradient of the input.
typedef struct {
  ck_winograd_points weights, inputs, products;
  /// A pixel of outputs, and six of inputs, both of whole groups.
  float *bias, *zeros;
} convolution_memory;

static convolution_memory take_convolution_memory(ck_winograd_scratch *scratch, size_t inputs,
                                                  size_t outputs) {
  const size_t rows = ck_winograd_block_rows(inputs, outputs);
  convolution_memory memory;
  memory.weights = ck_winograd_take_points(scratch, inputs, outputs);
  memory.inputs = ck_winograd_take_points(scratch, rows, inputs);
  memory.products = ck_winograd_take_points(scratch, rows, outputs);
  memory.bias = ck_winograd_take(scratch, 16 * ck_winograd_groups(outputs));
  memory.zeros = ck_winograd_take(scratch, CK_WINOGRAD_IN * 16 * ck_winograd_groups(inputs));
  return memory;
}

/// Convolves images with weights [filters, channels, 3, 3], turned or not.
CK_CLONES void ck_winograd_convolve(ck_winograd_images from, const float *weight, bool is_turned,
                                    const float *bias, ck_winograd_images to, size_t batch,
                                    float *scratch) {
  ck_winograd_scratch room = {scratch, 0};
  const convolution_memory memory = take_convolution_memory(&room, from.channels, to.channels);
  memset(memory.zeros, 0, CK_WINOGRAD_IN * from.channels * sizeof(float));
  memset(memory.bias, 0, 16 * ck_winograd_groups(to.channels) * sizeof(float));
  if (bias != NULL) memcpy(memory.bias, bias, to.channels * sizeof(float));
  if (is_turned) {
    ck_winograd_transform_weights(weight, from.channels, to.channels, true, memory.weights);
  } else {
    ck_winograd_transform_weights(weight, to.channels, from.channels, false, memory.weights);
  }
  const ck_winograd_grid grid = ck_winograd_make_grid(batch, to.height, to.width);
  const size_t rows = memory.inputs.rows;
  for (size_t first = 0; first < grid.count; first += rows) {
    const size_t count = grid.count - first < rows ? grid.count - first : rows;
    ck_winograd_transform(from, memory.zeros, grid, first, count, memory.inputs, NULL);
    ck_winograd_region regions[2] = {
        ck_winograd_region_of(to, grid, first, count, CK_WINOGRAD_OUT),
        ck_winograd_region_of(from, grid, first + count, rows, CK_WINOGRAD_IN)};
    ck_winograd_multiply(memory.inputs, from.channels, memory.weights, to.channels,
                         memory.products, count, regions);
    ck_winograd_write_outputs(memory.products, memory.bias, grid, first, count, to);
  }
}

/// The sums over tiles, and a block's points.
typedef struct {
  ck_winograd_points sums, inputs, gradients;
  /// A pixel of gradients, and six of either kind, both of whole groups.
  float *bias, *zeros;
} weights_memory;

static weights_memory take_weights_memory(ck_winograd_scratch *scratch, size_t channels,
                                          size_t filters) {
  const size_t rows = ck_winograd_block_rows(channels, filters);
  const size_t most = channels > filters ? channels : filters;
  weights_memory memory;
  memory.sums =
      ck_winograd_take_points(scratch, 16 * ck_winograd_groups(channels), filters);
  memory.inputs = ck_winograd_take_points(scratch, rows, channels);
  memory.gradients = ck_winograd_take_points(scratch, rows, filters);
  memory.bias = ck_winograd_take(scratch, 16 * ck_winograd_groups(filters));
  memory.zeros = ck_winograd_take(scratch, CK_WINOGRAD_IN * 16 * ck_winograd_groups(most));
  return memory;
}

/// The gradients of the weights and, unless it is NULL, of the bias.
CK_CLONES void ck_winograd_convolve_weights(ck_winograd_images x, ck_winograd_images dy,
                                            size_t batch, float *dweight, float *dbias,
                                            float *scratch) {
  ck_winograd_scratch room = {scratch, 0};
  const weights_memory memory = take_weights_memory(&room, x.channels, dy.channels);
  const size_t most = x.channels > dy.channels ? x.channels : dy.channels;
  memset(memory.zeros, 0, CK_WINOGRAD_IN * most * sizeof(float));
  memset(memory.bias, 0, 16 * ck_winograd_groups(dy.channels) * sizeof(float));
  const ck_winograd_grid grid = ck_winograd_make_grid(batch, dy.height, dy.width);
  const size_t rows = memory.inputs.rows;
  for (size_t first = 0; first < grid.count; first += rows) {
    const size_t count = grid.count - first < rows ? grid.count - first : rows;
    ck_winograd_transform(x, memory.zeros, grid, first, count, memory.inputs, NULL);
    ck_winograd_transform(dy, memory.zeros, grid, first, count, memory.gradients, memory.bias);
    ck_winograd_region regions[2] = {
        ck_winograd_region_of(x, grid, first + count, rows, CK_WINOGRAD_IN),
        ck_winograd_region_of(dy, grid, first + count, rows, CK_WINOGRAD_OUT)};
    ck_winograd_add_products(memory.inputs, x.channels, memory.gradients, dy.channels, count,
                             first == 0, memory.sums, regions);
  }
  ck_winograd_transform_weight_gradient(memory.sums, dy.channels, x.channels, dweight);
  if (dbias != NULL) memcpy(dbias, memory.bias, dy.channels * sizeof(float));
}

size_t ck_winograd_forward_scratch(ck_winograd_shape shape) {
  ck_winograd_scratch scratch = {NULL, 0};
  take_convolution_memory(&scratch, shape.channels, shape.filters);
  return scratch.used;
}

size_t ck_winograd_backward_data_scratch(ck_winograd_shape shape) {
  ck_winograd_scratch scratch = {NULL, 0};
  take_convolution_memory(&scratch, shape.filters, shape.channels);
  return scratch.used;
}

size_t ck_winograd_backward_weights_scratch(ck_winograd_shape shape) {
  ck_winograd_scratch scratch = {NULL, 0};
  take_weights_memory(&scratch, shape.channels, shape.filters);
  return scratch.used;
}

/// The images of the input (or its gradient) and of the output, as tiles of outputs see them.
static ck_winograd_images input_images(ck_winograd_shape shape, const void *x,
                                       bool is_bfloat16) {
  const ck_winograd_images images = {(void *)x,    shape.height, shape.width, shape.channels,
                                     shape.top, shape.left,   is_bfloat16};
  return images;
}

static ck_winograd_images output_images(ck_winograd_shape shape, const void *y,
                                        bool is_bfloat16) {
  const ck_winograd_images images = {
      (void *)y, shape.out_height, shape.out_width, shape.filters, 0, 0, is_bfloat16};
  return images;
}

void ck_winograd_forward(ck_winograd_shape shape, const void *x, const float *weight,
                         const float *bias, void *y, bool is_bfloat16, float *scratch) {
  ck_winograd_convolve(input_images(shape, x, is_bfloat16), weight, false, bias,
                       output_images(shape, y, is_bfloat16), shape.batch, scratch);
}

void ck_winograd_backward_data(ck_winograd_shape shape, const void *dy, const float *weight,
                               void *dx, bool is_bfloat16, float *scratch) {
  ck_winograd_images from = output_images(shape, dy, is_bfloat16);
  from.top = 2 - shape.top;
  from.left = 2 - shape.left;
  ck_winograd_convolve(from, weight, true, NULL, input_images(shape, dx, is_bfloat16),
                       shape.batch, scratch);
}

void ck_winograd_backward_weights(ck_winograd_shape shape, const void *x, const void *dy,
                                  float *dweight, float *dbias, bool is_bfloat16, float *scratch) {
  ck_winograd_convolve_weights(input_images(shape, x, is_bfloat16),
                               output_images(shape, dy, is_bfloat16), shape.batch, dweight, dbias,
                               scratch);
}
