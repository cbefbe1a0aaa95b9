internal import CKernels
package import Tensors

/// Looking up rows of a table by ids that come as floats.
package enum EmbeddingFunction {
  /// The largest table whose ids all are floats.
  package static let largestIDCount = Int(CK_EMBEDDING_MAXIMUM)

  /// Writes the row of each id; NaN where an id is no whole number from 0 to below the table's rows.
  ///
  /// - Parameters:
  ///   - ids: any number of them.
  ///   - weight: [ids, columns].
  ///   - output: [number of ids, columns].
  ///   - columns: the length of a row.
  package static func forward(
    _ ids: FloatView, weight: FloatView, into output: ElementView, columns: Int
  ) {
    assert(output.count == ids.count * columns && weight.count % columns == 0)
    let idCount = weight.count / columns
    switch output.type {
    case .float32:
      unsafe ck_embedding_forward(
        ids.pointer, weight.pointer, idCount, output.floats.pointer, ids.count, columns)
    case .bfloat16:
      unsafe ck_embedding_forward_bf16(
        ids.pointer, weight.pointer, idCount, output.bfloat16Bits, ids.count, columns)
    }
  }

  /// Writes the gradient of the table: the sums over the places of each id, in their order.
  package static func backward(
    ids: FloatView, gradient: ElementView, weightGradient: FloatView, columns: Int
  ) {
    assert(gradient.count == ids.count * columns && weightGradient.count % columns == 0)
    let idCount = weightGradient.count / columns
    switch gradient.type {
    case .float32:
      unsafe ck_embedding_backward(
        ids.pointer, gradient.floats.pointer, idCount, weightGradient.pointer, ids.count, columns)
    case .bfloat16:
      unsafe ck_embedding_backward_bf16(
        ids.pointer, gradient.bfloat16Bits, idCount, weightGradient.pointer, ids.count, columns)
    }
  }

  /// The index of the first number that is no id from 0 to below a count; nil where all are.
  package static func firstInvalidID(in numbers: FloatView, idCount: Int) -> Int? {
    let index = unsafe ck_first_invalid_id(numbers.pointer, numbers.count, idCount)
    return index < numbers.count ? index : nil
  }
}
