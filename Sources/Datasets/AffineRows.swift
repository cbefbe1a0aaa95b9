internal import CKernels

/// Converts and rescales one sample: out = x * scale + shift, per sample, or per column where the last
/// axis has several.
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
    let columns = normalization.scale.count
    switch columns {
    case 0: unsafe ck_affine_u8(source, target, count, 1, 0)
    case 1:
      unsafe ck_affine_u8(source, target, count, normalization.scale[0], normalization.shift[0])
    default:
      unsafe ck_affine_u8_columns(
        source, target, count / columns, columns, normalization.scale, normalization.shift)
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
    let columns = normalization.scale.count
    switch columns {
    case 0: unsafe target.update(from: source, count: count)
    case 1:
      unsafe ck_affine_f32(source, target, count, normalization.scale[0], normalization.shift[0])
    default:
      unsafe ck_affine_f32_columns(
        source, target, count / columns, columns, normalization.scale, normalization.shift)
    }
  }
}
