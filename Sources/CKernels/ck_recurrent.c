#include "ck_recurrent.h"

#include "ck_columns.h"
#include "ck_math.h"

// All loops are masked: a tail of single elements would cost as much as many vectors, since each
// element takes up to five exponentials.

CK_CLONES void ck_rnn_backward(const float *h, const float *dh, const float *dy, size_t dy_stride,
                               float *dz, float *dbias, size_t rows, size_t units) {
  float *const all = dz;
  for (size_t r = 0; r < rows; r++, h += units, dh += units, dy += dy_stride, dz += units) {
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < units; k++) dz[k] = (dh[k] + dy[k]) * (1.0f - h[k] * h[k]);
  }
  if (dbias != NULL) ck_add_columns(all, dbias, rows, units);
}

CK_CLONES void ck_lstm_forward(float *gates, const float *c_before, float *c, float *h, size_t rows,
                               size_t units) {
  for (size_t r = 0; r < rows; r++, gates += 4 * units) {
    float *i = gates, *f = i + units, *g = f + units, *o = g + units;
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < units; k++) {
      float input = ck_sigmoid(i[k]);
      float forget = ck_sigmoid(f[k]);
      float candidate = ck_tanh(g[k]);
      float output = ck_sigmoid(o[k]);
      float cell = forget * c_before[k] + input * candidate;
      i[k] = input;
      f[k] = forget;
      g[k] = candidate;
      o[k] = output;
      c[k] = cell;
      h[k] = output * ck_tanh(cell);
    }
    c_before += units;
    c += units;
    h += units;
  }
}

CK_CLONES void ck_lstm_backward(float *gates, const float *c_before, const float *c,
                                const float *dh, const float *dy, size_t dy_stride, float *dc,
                                float *dbias, size_t rows, size_t units) {
  float *const all = gates;
  for (size_t r = 0; r < rows; r++, gates += 4 * units, dy += dy_stride) {
    float *i = gates, *f = i + units, *g = f + units, *o = g + units;
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < units; k++) {
      float input = i[k], forget = f[k], candidate = g[k], output = o[k];
      // A tanh more is cheaper than keeping it from the forward pass: a buffer less in the cache.
      float squashed = ck_tanh(c[k]);
      float d = dh[k] + dy[k];
      float cell = dc[k] + (d * output) * (1.0f - squashed * squashed);
      i[k] = (cell * candidate) * (input * (1.0f - input));
      f[k] = (cell * c_before[k]) * (forget * (1.0f - forget));
      g[k] = (cell * input) * (1.0f - candidate * candidate);
      o[k] = (d * squashed) * (output * (1.0f - output));
      dc[k] = cell * forget;
    }
    c_before += units;
    c += units;
    dh += units;
    dc += units;
  }
  if (dbias != NULL) ck_add_columns(all, dbias, rows, 4 * units);
}

CK_CLONES void ck_gru_forward(float *gates, const float *products, const float *h_before, float *h,
                              size_t rows, size_t units) {
  for (size_t r = 0; r < rows; r++, gates += 3 * units, products += 3 * units) {
    float *reset = gates, *update = reset + units, *new = update + units;
    const float *reset_product = products, *update_product = reset_product + units;
    const float *new_product = update_product + units;
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < units; k++) {
      float s = ck_sigmoid(reset[k] + reset_product[k]);
      float z = ck_sigmoid(update[k] + update_product[k]);
      float n = ck_tanh(new[k] + s * new_product[k]);
      reset[k] = s;
      update[k] = z;
      new[k] = n;
      h[k] = n + z * (h_before[k] - n);
    }
    h_before += units;
    h += units;
  }
}

CK_CLONES void ck_gru_backward(float *gates, float *products, const float *h_before, float *dh,
                               const float *dy, size_t dy_stride, float *dbias,
                               float *dproducts_bias, size_t rows, size_t units) {
  float *const all_gates = gates, *const all_products = products;
  for (size_t r = 0; r < rows; r++, gates += 3 * units, products += 3 * units, dy += dy_stride) {
    float *reset = gates, *update = reset + units, *new = update + units;
    float *reset_product = products, *update_product = reset_product + units;
    float *new_product = update_product + units;
    CK_ELEMENTWISE_SHORT
    for (size_t k = 0; k < units; k++) {
      float s = reset[k], z = update[k], n = new[k];
      float d = dh[k] + dy[k];
      float dn = (d * (1.0f - z)) * (1.0f - n * n);
      float dz = (d * (h_before[k] - n)) * (z * (1.0f - z));
      float ds = (dn * new_product[k]) * (s * (1.0f - s));
      reset[k] = ds;
      update[k] = dz;
      new[k] = dn;
      reset_product[k] = ds;
      update_product[k] = dz;
      new_product[k] = dn * s;
      dh[k] = d * z;
    }
    h_before += units;
    dh += units;
  }
  if (dbias != NULL) ck_add_columns(all_gates, dbias, rows, 3 * units);
  if (dproducts_bias != NULL) ck_add_columns(all_products, dproducts_bias, rows, 3 * units);
}
