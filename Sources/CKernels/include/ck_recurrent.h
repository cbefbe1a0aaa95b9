// One time step of recurrent cells: what happens to the gates once the products are there.
//
// Gates come as rows [gates, units], in PyTorch's order. Each is written over by its activation in the
// forward pass and by its gradient in the backward pass, so one buffer over all steps serves both. In the
// backward pass a state's gradient is dh + dy: dh comes from the step after, dy from the layer above,
// where a row is `dy_stride` floats long.
#ifndef CK_RECURRENT_H
#define CK_RECURRENT_H

#include <stddef.h>

/// dz = (dh + dy) (1 - h^2), the gradient of what the state h = tanh(z) is made of.
///
/// Adds the rows of dz to dbias unless that is NULL.
void ck_rnn_backward(const float *h, const float *dh, const float *dy, size_t dy_stride, float *dz,
                     float *dbias, size_t rows, size_t units);

/// The step of a long short-term memory: c = f c_before + i g and h = o tanh(c).
///
/// `gates` holds the sums for i, f, g, o [rows, 4, units]; i, f, o get the sigmoid, g the tanh.
void ck_lstm_forward(float *gates, const float *c_before, float *c, float *h, size_t rows,
                     size_t units);

/// From the gates as the forward pass left them to the gradients of their sums, in place.
///
/// `dc` is the gradient of c from the step after, and becomes that of c_before. Adds the rows of
/// the gradients to dbias [4, units] unless that is NULL.
void ck_lstm_backward(float *gates, const float *c_before, const float *c, const float *dh,
                      const float *dy, size_t dy_stride, float *dc, float *dbias, size_t rows,
                      size_t units);

/// The step of a gated recurrent unit: h = (1 - z) n + z h_before with n = tanh(n_x + r n_h).
///
/// `gates` holds the sums over the input for r, z, n [rows, 3, units], `products` those over the
/// state before. r and z get the sigmoid, n the tanh; `products` stays.
void ck_gru_forward(float *gates, const float *products, const float *h_before, float *h,
                    size_t rows, size_t units);

/// From the gates and products as the forward pass left them to their gradients, in place.
///
/// `dh` becomes the part of the gradient of h_before that does not pass through the products. Adds
/// the rows of the gradients to dbias and dproducts_bias [3, units] unless those are NULL.
void ck_gru_backward(float *gates, float *products, const float *h_before, float *dh,
                     const float *dy, size_t dy_stride, float *dbias, float *dproducts_bias,
                     size_t rows, size_t units);

#endif
