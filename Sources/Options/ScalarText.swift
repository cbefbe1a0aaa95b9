/// Types a plain scalar by what is asked for, with the spellings of YAML 1.2's core schema.
///
/// The reader decides the type, not the text: `1e-3` is a number where a number is wanted, and `no`
/// stays a text where a text is wanted. Beyond the core schema an underscore may stand between two
/// digits, and a whole number may be written as `1e3`.
public enum ScalarText {
  /// The integer that an unquoted scalar spells; nil for anything else.
  ///
  /// Spellings are `12`, `-3`, `1_000`, `0x1F`, `0o17` and, where it is whole and exact, `1e3`.
  public static func integer(_ value: OptionValue) -> Int? {
    guard case .scalar(let text, false) = value.content, let digits = withoutSeparators(text)
    else { return nil }
    if let integer = Int(digits) { return integer }
    if digits.hasPrefix("0x") { return unsignedInteger(digits.dropFirst(2), radix: 16) }
    if digits.hasPrefix("0o") { return unsignedInteger(digits.dropFirst(2), radix: 8) }
    guard let number = number(value), abs(number) <= 0x1p53 else { return nil }
    return Int(exactly: number)
  }

  /// The number that an unquoted scalar spells; nil for anything else.
  ///
  /// Spellings are those of ``integer(_:)`` and `0.1`, `.5`, `1e-3`, `2E5`, `.inf`, `-.inf`, `.nan`.
  public static func number(_ value: OptionValue) -> Double? {
    guard case .scalar(let text, false) = value.content else { return nil }
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
    case "-.inf", "-.Inf", "-.INF": return -.infinity
    case ".nan", ".NaN", ".NAN": return .nan
    default: break
    }
    guard let digits = withoutSeparators(text) else { return nil }
    if digits.hasPrefix("0x") || digits.hasPrefix("0o") {
      let radix = digits.hasPrefix("0x") ? 16 : 8
      return unsignedInteger(digits.dropFirst(2), radix: radix).map(Double.init)
    }
    // `Double` also takes `inf`, `nan` and hexadecimal fractions, which are texts in YAML.
    guard digits.utf8.contains(where: isDigit),
      digits.utf8.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) })
    else { return nil }
    return Double(digits)
  }

  /// The boolean that an unquoted scalar spells; nil for anything else.
  ///
  /// Spellings are `true` and `false`, also capitalized or in capitals.
  public static func boolean(_ value: OptionValue) -> Bool? {
    guard case .scalar(let text, false) = value.content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }

  /// Whether an unquoted scalar of this text is nothing: empty, `~`, `null`, `Null` or `NULL`.
  public static func isNull(_ text: String) -> Bool {
    ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// Removes underscores between digits; nil where one stands elsewhere.
  private static func withoutSeparators(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "_")) else { return text }
    for index in bytes.indices where bytes[index] == UInt8(ascii: "_") {
      guard index > 0, index + 1 < bytes.count, isDigit(bytes[index - 1]),
        isDigit(bytes[index + 1])
      else { return nil }
    }
    return text.filter { $0 != "_" }
  }

  /// `Int` would also take a sign after the prefix.
  private static func unsignedInteger(_ digits: Substring, radix: Int) -> Int? {
    digits.hasPrefix("+") || digits.hasPrefix("-") ? nil : Int(digits, radix: radix)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
