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
    _ input: FloatView, into output: FloatView, mask: FloatView, rows: Int, rate: Float,
    key: (UInt32, UInt32), step: UInt32, layer: UInt32, sampleIDs: UnsafePointer<UInt32>
  ) {
    unsafe ck_dropout_forward(
      input.pointer, output.pointer, bytes(mask, input.count), rows, input.count / rows, rate,
      key.0, key.1, step, layer, sampleIDs)
  }

  /// Applies the kept mask to a gradient; the destination may be the gradient itself.
  package static func backward(
    gradient: FloatView, mask: FloatView, into destination: FloatView, rate: Float
  ) {
    unsafe ck_dropout_backward(
      gradient.pointer, bytes(mask, gradient.count), destination.pointer, gradient.count,
      1 / (1 - rate))
  }

  private static func bytes(_ mask: FloatView, _ count: Int) -> UnsafeMutablePointer<UInt8> {
    assert(mask.count * 4 >= count)
    return unsafe UnsafeMutableRawPointer(mask.pointer).assumingMemoryBound(to: UInt8.self)
  }
}
