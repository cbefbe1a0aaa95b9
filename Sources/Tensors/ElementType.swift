/// How a number is stored.
public enum ElementType: String, Sendable, CaseIterable {
  /// IEEE 754 binary32.
  case float32
  /// The upper half of a binary32: 8 exponent and 7 fraction bits.
  case bfloat16

  /// Bytes an element.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }
}
