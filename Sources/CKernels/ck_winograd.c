#include "ck_winograd.h"

#include "ck_winograd_images.h"
#include "ck_winograd_points.h"
#include "ck_winograd_weights.h"
size_t wino_block_override;
int wino_phase = 7;

/// Tiles of a block: as many as keep its points in the second-level cache.
static size_t block_rows(size_t inputs, size_t outputs) {
  if (wino_block_override) return wino_block_override;
  size_t rows = 786432/4 / (36 * 16 * (ck_winograd_groups(inputs) + ck_winograd_groups(outputs)));
  rows = rows / 12 * 12;
  return rows < 24 ? 24 : rows > 48 ? 48 : rows;
}

typedef struct {
  ck_winograd_points weights, inputs, outputs;
  float *bias, *zeros;
} forward_memory;

static forward_memory make_forward_memory(size_t inputs, size_t outputs, float **scratch) {
  const size_t rows = block_rows(inputs, outputs);
  forward_memory memory;
  memory.weights = ck_winograd_make_points(inputs, outputs, scratch);
  memory.inputs = ck_winograd_make_points(rows, inputs, scratch);
  memory.outputs = ck_winograd_make_points(rows, outputs, scratch);
  memory.bias = *scratch;
  *scratch += 16 * ck_winograd_groups(outputs);
  memory.zeros = *scratch;
  *scratch += CK_WINOGRAD_IN * 16 * ck_winograd_groups(inputs);
  return memory;
}

CK_CLONES static void convolve(const ck_winograd_images *from, size_t batch, const float *weight,
                               bool is_turned, const float *bias, const ck_winograd_images *to,
                               float *scratch) {
  const forward_memory memory = make_forward_memory(from->channels, to->channels, &scratch);
  memset(memory.zeros, 0, CK_WINOGRAD_IN * from->channels * sizeof(float));
  memset(memory.bias, 0, ck_winograd_groups(to->channels) * 16 * sizeof(float));
  if (bias != NULL) memcpy(memory.bias, bias, to->channels * sizeof(float));
  if (is_turned) {
    ck_winograd_transform_weights(weight, from->channels, to->channels, true, memory.weights);
  } else {
    ck_winograd_transform_weights(weight, to->channels, from->channels, false, memory.weights);
  }
  const ck_winograd_grid grid = ck_winograd_make_grid(batch, to->height, to->width);
  const size_t rows = memory.inputs.rows;
  for (size_t first = 0; first < grid.count; first += rows) {
    const size_t count = grid.count - first < rows ? grid.count - first : rows;
    if (wino_phase & 1) {
    if (from->is_bfloat16) {
      ck_winograd_transform(from, true, memory.zeros, grid, first, count, memory.inputs, NULL);
    } else {
      ck_winograd_transform(from, false, memory.zeros, grid, first, count, memory.inputs, NULL);
    }
    }
    if (wino_phase & 2)
    ck_winograd_multiply(memory.inputs, from->channels, memory.weights, to->channels,
                         memory.outputs, count);
    if (wino_phase & 4) {
    if (to->is_bfloat16) {
      ck_winograd_write_outputs(memory.outputs, memory.bias, grid, first, count, to, true);
    } else {
      ck_winograd_write_outputs(memory.outputs, memory.bias, grid, first, count, to, false);
    }
    }
  }
}

size_t ck_winograd_forward_scratch(const ck_winograd_shape *shape) {
  float *end = (float*)64;
  make_forward_memory(shape->channels, shape->filters, &end);
  return (size_t)((char*)end - (char*)64)/4;
}

size_t ck_winograd_backward_data_scratch(const ck_winograd_shape *shape) {
  float *end = (float*)64;
  make_forward_memory(shape->filters, shape->channels, &end);
  return (size_t)((char*)end - (char*)64)/4;
}

void ck_winograd_forward(const ck_winograd_shape *shape, const void *x, const float *weight,
                         const float *bias, void *y, bool is_bfloat16, float *scratch) {
  const ck_winograd_images from = {(void *)x, shape->height, shape->width, shape->channels, shape->top, shape->left, is_bfloat16};
  const ck_winograd_images to = {y, shape->out_height, shape->out_width, shape->filters, 0, 0, is_bfloat16};
  convolve(&from, shape->batch, weight, false, bias, &to, scratch);
}

void ck_winograd_backward_data(const ck_winograd_shape *shape, const void *dy, const float *weight,
                               void *dx, bool is_bfloat16, float *scratch) {
  const ck_winograd_images from = {(void *)dy, shape->out_height, shape->out_width, shape->filters, 2 - shape->top, 2 - shape->left, is_bfloat16};
  const ck_winograd_images to = {dx, shape->height, shape->width, shape->channels, 0, 0, is_bfloat16};
  convolve(&from, shape->batch, weight, true, NULL, &to, scratch);
}
