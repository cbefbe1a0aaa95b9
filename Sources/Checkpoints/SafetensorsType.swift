/// How a safetensors file stores the elements of a tensor, by the format's own names.
package enum SafetensorsType: String, Sendable, CaseIterable {
  /// One byte, 0 or 1.
  case boolean = "BOOL"
  /// An unsigned 8-bit integer.
  case uint8 = "U8"
  /// A signed 8-bit integer.
  case int8 = "I8"
  /// An 8-bit float with 4 exponent bits.
  case float8e4m3 = "F8_E4M3"
  /// An 8-bit float with 5 exponent bits.
  case float8e5m2 = "F8_E5M2"
  /// An unsigned 16-bit integer.
  case uint16 = "U16"
  /// A signed 16-bit integer.
  case int16 = "I16"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper half of a binary32.
  case bfloat16 = "BF16"
  /// An unsigned 32-bit integer.
  case uint32 = "U32"
  /// A signed 32-bit integer.
  case int32 = "I32"
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// An unsigned 64-bit integer.
  case uint64 = "U64"
  /// A signed 64-bit integer.
  case int64 = "I64"
  /// IEEE 754 binary64.
  case float64 = "F64"

  /// Bytes an element.
  package var byteCount: Int {
    switch self {
    case .boolean, .uint8, .int8, .float8e4m3, .float8e5m2: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}
