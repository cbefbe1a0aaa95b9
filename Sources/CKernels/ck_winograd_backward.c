#include "ck_winograd.h"

#include "ck_winograd_images.h"
#include "ck_winograd_points.h"
#include "ck_winograd_weights.h"
extern size_t wino_block_override;
extern int wino_phase;

static size_t block_rows(size_t inputs, size_t outputs) {
  if (wino_block_override) return wino_block_override;
  size_t rows = 786432/4 / (36 * 16 * (ck_winograd_groups(inputs) + ck_winograd_groups(outputs)));
  rows = rows / 12 * 12;
  return rows < 24 ? 24 : rows > 48 ? 48 : rows;
}

typedef struct {
  ck_winograd_points sums, inputs, gradients;
  float *bias, *zeros;
} backward_memory;

static backward_memory make_memory(size_t channels, size_t filters, float **scratch) {
  const size_t rows = block_rows(channels, filters);
  backward_memory memory;
  memory.sums = ck_winograd_make_points(16 * ck_winograd_groups(channels), filters, scratch);
  memory.inputs = ck_winograd_make_points(rows, channels, scratch);
  memory.gradients = ck_winograd_make_points(rows, filters, scratch);
  memory.bias = *scratch;
  *scratch += 16 * ck_winograd_groups(filters);
  memory.zeros = *scratch;
  *scratch += CK_WINOGRAD_IN * 16 * ck_winograd_groups(channels > filters ? channels : filters);
  return memory;
}

CK_CLONES static void backward_weights(const ck_winograd_images *x, size_t batch, const ck_winograd_images *dy, float *dweight, float *dbias, 
                               float *scratch) {
  const backward_memory memory = make_memory(x->channels, dy->channels, &scratch);
  memset(memory.zeros, 0, CK_WINOGRAD_IN * 64 * ck_winograd_groups(x->channels > dy->channels ? x->channels : dy->channels));
  memset(memory.bias, 0, ck_winograd_groups(dy->channels) * 16 * sizeof(float));
  const ck_winograd_grid grid = ck_winograd_make_grid(batch, dy->height, dy->width);
  const size_t rows = memory.inputs.rows;
  for (size_t first = 0; first < grid.count; first += rows) {
    const size_t count = grid.count - first < rows ? grid.count - first : rows;
    if (wino_phase & 1) {
    if (x->is_bfloat16) {
      ck_winograd_transform(x, true, memory.zeros, grid, first, count, memory.inputs, NULL);
    } else {
      ck_winograd_transform(x, false, memory.zeros, grid, first, count, memory.inputs, NULL);
    }
    }
    if (wino_phase & 4) {
    if (dy->is_bfloat16) {
      ck_winograd_transform(dy, true, memory.zeros, grid, first, count, memory.gradients, memory.bias);
    } else {
      ck_winograd_transform(dy, false, memory.zeros, grid, first, count, memory.gradients, memory.bias);
    }
    }
    if (wino_phase & 2)
    ck_winograd_add_products(memory.inputs, x->channels, memory.gradients, dy->channels, memory.sums, count, first == 0);
  }
  ck_winograd_transform_weight_gradient(memory.sums, dy->channels, x->channels, dweight);
  if (dbias) memcpy(dbias, memory.bias, dy->channels * sizeof(float));
}
size_t ck_winograd_backward_weights_scratch(const ck_winograd_shape *shape) {
  float *end = (float*)64;
  make_memory(shape->channels, shape->filters, &end);
  return (size_t)((char*)end - (char*)64)/4;
}

void ck_winograd_backward_weights(const ck_winograd_shape *shape, const void *x, const void *dy,
                                  float *dweight, float *dbias, bool is_bfloat16, float *scratch) {
  const ck_winograd_images from = {(void *)x, shape->height, shape->width, shape->channels, shape->top, shape->left, is_bfloat16};
  const ck_winograd_images to = {(void *)dy, shape->out_height, shape->out_width, shape->filters, 0, 0, is_bfloat16};
  backward_weights(&from, shape->batch, &to, dweight, dbias, scratch);
}
