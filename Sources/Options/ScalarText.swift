/// Types a plain scalar by what is asked for, with the spellings of YAML 1.2's core schema.
///
/// The reader decides the type, not the text: `1e-3` is a number where a number is wanted, and `no`
/// stays a text where a text is wanted.
public enum ScalarText {
  /// The integer that an unquoted scalar spells (`12`, `-3`, `1_000`, `0x1F`, also `1e3`); nil for anything else.
  public static func integer(_ value: OptionValue) -> Int? {
    guard case .scalar(let text, false) = value.content else { return nil }
    let digits = text.replacing("_", with: "")
    if let integer = Int(digits) { return integer }
    if digits.hasPrefix("0x") { return Int(digits.dropFirst(2), radix: 16) }
    if digits.hasPrefix("0o") { return Int(digits.dropFirst(2), radix: 8) }
    if let number = number(value) { return Int(exactly: number) }
    return nil
  }

  /// The number that an unquoted scalar spells (`1`, `0.1`, `.5`, `1e-3`, `2E5`, `.inf`, `.nan`); nil for anything else.
  public static func number(_ value: OptionValue) -> Double? {
    guard case .scalar(let text, false) = value.content else { return nil }
    switch text.lowercased() {
    case ".inf", "+.inf": return .infinity
    case "-.inf": return -.infinity
    case ".nan": return .nan
    default: break
    }
    guard let first = text.first, first.isNumber || "+-.".contains(first),
      text.contains(where: \.isNumber)
    else { return nil }
    return Double(text.replacing("_", with: ""))
  }

  /// The boolean that an unquoted scalar spells (`true`, `false`, in any of YAML's cases); nil for anything else.
  public static func boolean(_ value: OptionValue) -> Bool? {
    guard case .scalar(let text, false) = value.content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }
}
