/// Bytes of a protocol buffer message, field by field.
struct ProtobufMessage {
  /// The bytes so far.
  private(set) var bytes: [UInt8] = []

  /// Adds an integer; negative ones take ten bytes, as the format has it.
  mutating func add(_ field: Int, integer value: Int) {
    addVarint(UInt64(field << 3))
    addVarint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a double.
  mutating func add(_ field: Int, double value: Double) {
    addVarint(UInt64(field << 3 | 1))
    bytes += value.bitPattern.littleEndianBytes
  }

  /// Adds a float.
  mutating func add(_ field: Int, float value: Float) {
    addVarint(UInt64(field << 3 | 5))
    bytes += value.bitPattern.littleEndianBytes
  }

  /// Adds a text.
  mutating func add(_ field: Int, text: String) {
    add(field, bytes: Array(text.utf8))
  }

  /// Adds a message inside this one.
  mutating func add(_ field: Int, message: ProtobufMessage) {
    add(field, bytes: message.bytes)
  }

  private mutating func add(_ field: Int, bytes content: [UInt8]) {
    addVarint(UInt64(field << 3 | 2))
    addVarint(UInt64(content.count))
    bytes += content
  }

  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension FixedWidthInteger {
  /// The bytes of the number, the lowest first.
  var littleEndianBytes: [UInt8] {
    stride(from: 0, to: Self.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}
