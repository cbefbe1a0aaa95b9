/// Reads decimal numbers out of bytes.
enum DecimalNumber {
  /// The powers of ten that a double holds exactly.
  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The number that a range of bytes spells, as `-1`, `.5`, `2.50`, `1e-3`; nil for anything else.
  ///
  /// Up to 15 digits with an exponent of at most 22 take the short way: both the digits and the power
  /// of ten are exact doubles, so their product or quotient is rounded correctly. The rest goes
  /// through the standard library, which rounds correctly too.
  static func parse(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
    var position = range.lowerBound
    let end = range.upperBound
    guard position < end else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    var digits = Digits()
    while position < end, digits.append(bytes[position]) { position += 1 }
    if position < end, bytes[position] == UInt8(ascii: ".") {
      position += 1
      let before = digits.count
      while position < end, digits.append(bytes[position]) { position += 1 }
      digits.exponent = before - digits.count
    }
    guard digits.count > 0 else { return nil }
    if position < end {
      guard let exponent = exponent(bytes, position..<end) else { return nil }
      digits.exponent += exponent
    }
    if digits.count <= 15, abs(digits.exponent) <= 22 {
      let power = exactPowers[abs(digits.exponent)]
      let value = Double(digits.value)
      let magnitude = digits.exponent < 0 ? value / power : value * power
      return isNegative ? -magnitude : magnitude
    }
    return Double(String(decoding: bytes[range], as: UTF8.self))
  }

  /// The exponent that `e5`, `E+05`, `e-3` spells, held to what decides between zero and infinity.
  private static func exponent(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard bytes[range.lowerBound] | 0x20 == UInt8(ascii: "e") else { return nil }
    var position = range.lowerBound + 1
    guard position < range.upperBound else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    guard position < range.upperBound else { return nil }
    var exponent = 0
    for byte in bytes[position..<range.upperBound] {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      exponent = min(exponent * 10 + Int(digit), 1 << 20)
    }
    return isNegative ? -exponent : exponent
  }

  /// The digits of a number, in front of a power of ten.
  private struct Digits {
    var value: UInt64 = 0
    var count = 0
    var exponent = 0

    /// Takes a digit; false where the byte is none.
    mutating func append(_ byte: UInt8) -> Bool {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return false }
      // Past 15 digits the value is not used.
      value = value &* 10 &+ UInt64(digit)
      count += 1
      return true
    }
  }
}
