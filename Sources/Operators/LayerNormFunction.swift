internal import CKernels
package import Tensors

/// Normalization of every row to mean 0 and variance 1, then a weight and a bias for each column.
package enum LayerNormFunction {
  /// Writes the normalized rows; `output` may be `input`.
  ///
  /// - Parameters:
  ///   - input: [rows, columns].
  ///   - weight: [columns].
  ///   - bias: [columns].
  ///   - epsilon: added to the variance.
  ///   - output: [rows, columns].
  ///   - saved: [2, rows], what the backward pass needs; nil where there is none.
  package static func forward(
    _ input: ElementView, weight: FloatView, bias: FloatView, epsilon: Float,
    into output: ElementView, saved: FloatView?
  ) {
    let columns = weight.count
    let rows = input.count / columns
    assert(bias.count == columns && output.count == input.count && input.count % columns == 0)
    assert((saved?.count ?? 2 * rows) == 2 * rows)
    let mean = unsafe saved?.pointer
    let factor = unsafe saved.map { unsafe $0.pointer + rows }
    switch input.type {
    case .float32:
      unsafe ck_layer_norm_forward(
        input.floats.pointer, weight.pointer, bias.pointer, epsilon, output.floats.pointer, mean,
        factor, rows, columns)
    case .bfloat16:
      unsafe ck_layer_norm_forward_bf16(
        input.bfloat16Bits, weight.pointer, bias.pointer, epsilon, output.bfloat16Bits, mean,
        factor, rows, columns)
    }
  }

  /// Writes the gradients of the input, where it is wanted, of the weight and of the bias.
  ///
  /// - Parameters:
  ///   - input: [rows, columns].
  ///   - weight: [columns].
  ///   - saved: [2, rows], from the forward pass.
  ///   - gradient: the gradient of the output.
  ///   - destination: the gradient of the input; nil for none; may be `gradient`.
  ///   - weightGradient: [columns].
  ///   - biasGradient: [columns].
  package static func backward(
    input: ElementView, weight: FloatView, saved: FloatView, gradient: ElementView,
    into destination: ElementView?, weightGradient: FloatView, biasGradient: FloatView
  ) {
    let columns = weight.count
    let rows = input.count / columns
    assert(weightGradient.count == columns && biasGradient.count == columns)
    assert(gradient.count == input.count && saved.count == 2 * rows)
    switch input.type {
    case .float32:
      unsafe ck_layer_norm_backward(
        input.floats.pointer, weight.pointer, saved.pointer, saved.pointer + rows,
        gradient.floats.pointer, destination?.floats.pointer, weightGradient.pointer,
        biasGradient.pointer, rows, columns)
    case .bfloat16:
      unsafe ck_layer_norm_backward_bf16(
        input.bfloat16Bits, weight.pointer, saved.pointer, saved.pointer + rows,
        gradient.bfloat16Bits, destination?.bfloat16Bits, weightGradient.pointer,
        biasGradient.pointer, rows, columns)
    }
  }
}
