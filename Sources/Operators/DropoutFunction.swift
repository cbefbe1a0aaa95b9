internal import CKernels
package import Tensors

/// Dropout with masks that are a function of (key, step, layer, sample, element) alone.
package enum DropoutFunction {
  /// Zeroes elements at a rate, scales the others by 1 / (1 - rate), and keeps the mask.
  ///
  /// - Parameters:
  ///   - input: [rows, columns].
  ///   - output: [rows, columns]; may be the input.
  ///   - mask: room for a byte an element.
  ///   - rows: samples.
  ///   - rate: the probability of an element to become 0.
  ///   - key: the run's key for dropout.
  ///   - step: the step.
  ///   - layer: a number of the layer.
  ///   - sampleIDs: the index in the data set of each row.
  package static func forward(
    _ input: ElementView, into output: ElementView, mask: FloatView, rows: Int, rate: Float,
    key: (UInt32, UInt32), step: UInt32, layer: UInt32, sampleIDs: UnsafePointer<UInt32>
  ) {
    let columns = input.count / rows
    switch input.type {
    case .float32:
      unsafe ck_dropout_forward(
        input.floats.pointer, output.floats.pointer, bytes(mask, input.count), rows, columns,
        rate, key.0, key.1, step, layer, sampleIDs)
    case .bfloat16:
      unsafe ck_dropout_forward_bf16(
        input.bfloat16Bits, output.bfloat16Bits, bytes(mask, input.count), rows, columns, rate,
        key.0, key.1, step, layer, sampleIDs)
    }
  }

  /// Applies the kept mask to a gradient; the destination may be the gradient itself.
  package static func backward(
    gradient: ElementView, mask: FloatView, into destination: ElementView, rate: Float
  ) {
    let (count, scale) = (gradient.count, 1 / (1 - rate))
    switch gradient.type {
    case .float32:
      unsafe ck_dropout_backward(
        gradient.floats.pointer, bytes(mask, count), destination.floats.pointer, count, scale)
    case .bfloat16:
      unsafe ck_dropout_backward_bf16(
        gradient.bfloat16Bits, bytes(mask, count), destination.bfloat16Bits, count, scale)
    }
  }

  private static func bytes(_ mask: FloatView, _ count: Int) -> UnsafeMutablePointer<UInt8> {
    assert(mask.count * 4 >= count)
    return unsafe UnsafeMutableRawPointer(mask.pointer).assumingMemoryBound(to: UInt8.self)
  }
}
