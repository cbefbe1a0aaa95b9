// Values made in code, for defaults, tests and configurations that are written out:
// `["units": 10, "activation": "relu"]`.

extension OptionValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// A text, never a number or a boolean.
  public static func text(_ text: String) -> OptionValue {
    OptionValue(.scalar(text, isQuoted: true))
  }

  /// A whole number.
  public static func integer(_ integer: Int) -> OptionValue {
    OptionValue(.scalar(String(integer), isQuoted: false))
  }

  /// A number, spelled so that reading it gives the same bits.
  public static func number(_ number: Double) -> OptionValue {
    let text: String
    if number.isNaN {
      text = ".nan"
    } else if number.isInfinite {
      text = number < 0 ? "-.inf" : ".inf"
    } else {
      text = number.description
    }
    return OptionValue(.scalar(text, isQuoted: false))
  }

  /// A boolean.
  public static func boolean(_ boolean: Bool) -> OptionValue {
    OptionValue(.scalar(boolean ? "true" : "false", isQuoted: false))
  }

  /// A text, never a number or a boolean.
  public init(stringLiteral text: String) { self = .text(text) }

  /// A whole number.
  public init(integerLiteral integer: Int) { self = .integer(integer) }

  /// A number.
  public init(floatLiteral number: Double) { self = .number(number) }

  /// A boolean.
  public init(booleanLiteral boolean: Bool) { self = .boolean(boolean) }

  /// A list.
  public init(arrayLiteral values: OptionValue...) { self.init(.list(values)) }

  /// A mapping in the order written.
  ///
  /// - Precondition: the keys are unique.
  public init(dictionaryLiteral pairs: (String, OptionValue)...) {
    precondition(Set(pairs.map(\.0)).count == pairs.count, "a mapping's keys are unique")
    self.init(.map(pairs.map { OptionEntry(key: $0.0, value: $0.1) }))
  }
}

extension OptionValue: Equatable {
  /// Whether every reader reads the same out of both.
  ///
  /// Places and the order of a mapping's keys do not count, and quotes only where the plain text
  /// would be a number, a boolean or nothing.
  public static func == (left: OptionValue, right: OptionValue) -> Bool {
    switch (left.content, right.content) {
    case (.null, .null): return true
    case (.scalar(let a, let aIsQuoted), .scalar(let b, let bIsQuoted)):
      return a == b && (aIsQuoted == bIsQuoted || !isTyped(a))
    case (.list(let a), .list(let b)): return a == b
    case (.map(let a), .map(let b)):
      let values = Dictionary(b.map { ($0.key, $0.value) }) { first, _ in first }
      return a.count == b.count && a.allSatisfy { values[$0.key] == $0.value }
    default: return false
    }
  }

  /// Whether a text without quotes is more than a text.
  private static func isTyped(_ text: String) -> Bool {
    let plain = OptionValue(.scalar(text, isQuoted: false))
    return ScalarText.isNull(text) || ScalarText.boolean(plain) != nil
      || ScalarText.number(plain) != nil
  }
}
