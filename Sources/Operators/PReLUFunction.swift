internal import CKernels
package import Tensors

/// The ReLU with learned slopes below 0: one, or one for each channel of the last axis.
package enum PReLUFunction {
  /// Applies it; `weight` is one slope, or one a column.
  package static func forward(
    _ input: FloatView, weight: FloatView, into output: FloatView, columns: Int
  ) {
    unsafe ck_prelu_forward(
      input.pointer, weight.pointer, weight.count, output.pointer, input.count / columns, columns)
  }

  /// Writes the gradients of the input and of the slopes.
  package static func backward(
    input: FloatView, weight: FloatView, gradient: FloatView, into destination: FloatView,
    weightGradient: FloatView, columns: Int
  ) {
    unsafe ck_prelu_backward(
      input.pointer, weight.pointer, weight.count, gradient.pointer, destination.pointer,
      weightGradient.pointer, input.count / columns, columns)
  }
}
