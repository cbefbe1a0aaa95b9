internal import CKernels
package import Tensors

/// Softmax over the last axis.
package enum SoftmaxFunction {
  /// Writes the softmax of every row; `output` may be `input`.
  package static func forward(_ input: ElementView, into output: ElementView, columns: Int) {
    let rows = input.count / columns
    switch input.type {
    case .float32:
      unsafe ck_softmax_forward(input.floats.pointer, output.floats.pointer, rows, columns)
    case .bfloat16:
      unsafe ck_softmax_forward_bf16(input.bfloat16Bits, output.bfloat16Bits, rows, columns)
    }
  }

  /// Writes the gradient of the input from the output and its gradient.
  package static func backward(
    output: ElementView, gradient: ElementView, into destination: ElementView, columns: Int
  ) {
    let rows = output.count / columns
    switch output.type {
    case .float32:
      unsafe ck_softmax_backward(
        output.floats.pointer, gradient.floats.pointer, destination.floats.pointer, rows, columns)
    case .bfloat16:
      unsafe ck_softmax_backward_bf16(
        output.bfloat16Bits, gradient.bfloat16Bits, destination.bfloat16Bits, rows, columns)
    }
  }
}
