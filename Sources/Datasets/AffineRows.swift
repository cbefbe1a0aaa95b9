/// Loops that convert and rescale one sample: out = x * scale + shift, per sample, or per column where
/// the last axis has several.
enum AffineRows {
  /// Converts a sample of bytes.
  ///
  /// - Parameters:
  ///   - normalization: the rescaling; its pairs repeat along the sample.
  ///   - source: the sample.
  ///   - target: where it goes.
  ///   - count: the number of elements of both.
  static func apply(
    _ normalization: Normalization, _ source: UnsafePointer<UInt8>,
    _ target: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch normalization.scale.count {
    case 0:
      for index in 0..<count { unsafe target[index] = Float(source[index]) }
    case 1:
      let scale = normalization.scale[0]
      let shift = normalization.shift[0]
      for index in 0..<count { unsafe target[index] = Float(source[index]) * scale + shift }
    default:
      unsafe columns(normalization, target, count: count) { unsafe Float(source[$0]) }
    }
  }

  /// Converts a sample of floats.
  ///
  /// - Parameters:
  ///   - normalization: the rescaling; its pairs repeat along the sample.
  ///   - source: the sample.
  ///   - target: where it goes.
  ///   - count: the number of elements of both.
  static func apply(
    _ normalization: Normalization, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch normalization.scale.count {
    case 0:
      unsafe target.update(from: source, count: count)
    case 1:
      let scale = normalization.scale[0]
      let shift = normalization.shift[0]
      for index in 0..<count { unsafe target[index] = source[index] * scale + shift }
    default:
      unsafe columns(normalization, target, count: count) { unsafe source[$0] }
    }
  }

  @inline(__always)
  private static func columns(
    _ normalization: Normalization, _ target: UnsafeMutablePointer<Float>, count: Int,
    element: (Int) -> Float
  ) {
    let columns = normalization.scale.count
    unsafe normalization.scale.withUnsafeBufferPointer { scale in
      unsafe normalization.shift.withUnsafeBufferPointer { shift in
        var row = 0
        while row < count {
          for column in 0..<columns {
            unsafe target[row &+ column] = element(row &+ column) * scale[column] + shift[column]
          }
          row &+= columns
        }
      }
    }
  }
}
