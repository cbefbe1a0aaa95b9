internal import CKernels
package import Tensors

/// Softmax over the last axis.
package enum SoftmaxFunction {
  /// Writes the softmax of every row; `output` may be `input`.
  package static func forward(_ input: FloatView, into output: FloatView, columns: Int) {
    unsafe ck_softmax_forward(input.pointer, output.pointer, input.count / columns, columns)
  }

  /// Writes the gradient of the input from the output and its gradient.
  package static func backward(
    output: FloatView, gradient: FloatView, into destination: FloatView, columns: Int
  ) {
    unsafe ck_softmax_backward(
      output.pointer, gradient.pointer, destination.pointer, output.count / columns, columns)
  }
}
