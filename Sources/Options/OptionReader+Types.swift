extension OptionReader {
  /// An integer option.
  ///
  /// - Parameters:
  ///   - key: its name.
  ///   - fallback: the value where the key is absent; nil makes the option required.
  ///   - range: the legal values.
  /// - Returns: the value, or a legal stand-in after a problem was reported.
  public func integer(
    _ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>
  ) -> Int {
    guard let value = value(key) else {
      if fallback == nil { reportMissing(key) }
      return fallback ?? range.lowerBound
    }
    guard let number = ScalarText.integer(value) else {
      report(
        "`\(key)` of \(context) takes a whole number, found \(value.kindDescription)", for: key)
      return fallback ?? range.lowerBound
    }
    guard range.contains(number) else {
      report(
        "`\(key)` of \(context) is \(number), legal is \(Self.describe(range))", for: key)
      return fallback ?? range.lowerBound
    }
    return number
  }

  /// An integer option without an upper bound.
  public func integer(
    _ key: String, default fallback: Int? = nil, in range: PartialRangeFrom<Int>
  ) -> Int {
    integer(key, default: fallback, in: range.lowerBound...Int.max)
  }

  /// An integer option that may be absent.
  public func optionalInteger(_ key: String, in range: PartialRangeFrom<Int>) -> Int? {
    has(key) ? integer(key, in: range) : nil
  }

  /// A number option.
  ///
  /// - Parameters:
  ///   - key: its name.
  ///   - fallback: the value where the key is absent; nil makes the option required.
  ///   - range: the legal values.
  /// - Returns: the value, or a legal stand-in after a problem was reported.
  public func number(
    _ key: String, default fallback: Double? = nil, in range: ClosedRange<Double>
  ) -> Double {
    number(
      key, default: fallback, where: range.contains,
      orElse: "\(range.lowerBound) to \(range.upperBound)", standIn: range.lowerBound)
  }

  /// A number option above zero.
  public func positiveNumber(_ key: String, default fallback: Double? = nil) -> Double {
    number(key, default: fallback, where: { $0 > 0 && $0.isFinite }, orElse: "above 0", standIn: 1)
  }

  /// A number option of zero or more.
  public func nonNegativeNumber(_ key: String, default fallback: Double? = nil) -> Double {
    number(
      key, default: fallback, where: { $0 >= 0 && $0.isFinite }, orElse: "0 or more", standIn: 0)
  }

  /// A number option that fulfils a condition, said in words by `legal`.
  public func number(
    _ key: String, default fallback: Double? = nil, where isLegal: (Double) -> Bool,
    orElse legal: String, standIn: Double
  ) -> Double {
    guard let value = value(key) else {
      if fallback == nil { reportMissing(key) }
      return fallback ?? standIn
    }
    guard let number = ScalarText.number(value) else {
      report("`\(key)` of \(context) takes a number, found \(value.kindDescription)", for: key)
      return fallback ?? standIn
    }
    guard isLegal(number) else {
      report("`\(key)` of \(context) is \(number), legal is \(legal)", for: key)
      return fallback ?? standIn
    }
    return number
  }

  /// A `true` or `false` option.
  public func boolean(_ key: String, default fallback: Bool) -> Bool {
    guard let value = value(key) else { return fallback }
    if let boolean = ScalarText.boolean(value) { return boolean }
    report(
      "`\(key)` of \(context) takes true or false, found \(value.kindDescription)", for: key)
    return fallback
  }

  /// A text option; nil where it is absent.
  public func text(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    if case .scalar(let text, _) = value.content { return text }
    report("`\(key)` of \(context) takes a text, found \(value.kindDescription)", for: key)
    return nil
  }

  /// An option that is one word of a closed set; nil where it is absent or wrong.
  public func choice<Choice: CaseIterable & RawRepresentable>(
    _ key: String, of type: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    guard let text = text(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    let meant = Suggestion.nearest(to: text, among: names).map { "did you mean `\($0)`? " } ?? ""
    report(
      "`\(key)` of \(context) is `\(text)`, which is none of its values", for: key,
      hint: meant + "known values: " + names.joined(separator: ", "))
    return nil
  }

  /// A list of texts; nil where it is absent.
  ///
  /// One text stands for a list of one.
  public func texts(_ key: String) -> [String]? {
    guard let value = value(key) else { return nil }
    let items: [OptionValue]
    if case .list(let list) = value.content { items = list } else { items = [value] }
    var texts: [String] = []
    for item in items {
      guard case .scalar(let text, _) = item.content else {
        diagnostics.report(
          "`\(key)` of \(context) takes texts, found \(item.kindDescription)", at: item.mark)
        return nil
      }
      texts.append(text)
    }
    return texts
  }

  /// A list of integers; nil where it is absent.
  ///
  /// One integer stands for a list of one.
  public func integers(_ key: String, in range: PartialRangeFrom<Int>) -> [Int]? {
    guard let value = value(key) else { return nil }
    let items: [OptionValue]
    if case .list(let list) = value.content { items = list } else { items = [value] }
    var integers: [Int] = []
    for item in items {
      guard let integer = ScalarText.integer(item), range.contains(integer) else {
        diagnostics.report(
          "`\(key)` of \(context) takes whole numbers from \(range.lowerBound), "
            + "found \(item.kindDescription)", at: item.mark)
        return nil
      }
      integers.append(integer)
    }
    return integers
  }

  /// A reader for an option that is itself a mapping; nil where it is absent.
  public func nested(_ key: String, context: String? = nil) -> OptionReader? {
    guard let value = value(key) else { return nil }
    return OptionReader(value, context: context ?? key, diagnostics: diagnostics)
  }

  /// Splits the form `name` or `name: {options}` into the name and a reader of the options.
  ///
  /// - Parameters:
  ///   - value: a text, or a mapping of one key.
  ///   - what: what is named, for messages: `layer`, `optimizer`.
  ///   - diagnostics: where problems go.
  /// - Returns: the name, where it was written, and its options; nil after a problem was reported.
  public static func named(
    _ value: OptionValue, what: String, diagnostics: Diagnostics
  ) -> (name: String, mark: SourceMark?, options: OptionReader)? {
    switch value.content {
    case .scalar(let name, _):
      let none = OptionValue(.null, mark: value.mark)
      return (name, value.mark, OptionReader(none, context: name, diagnostics: diagnostics))
    case .map(let entries) where entries.count == 1:
      let entry = entries[0]
      var options = entry.value
      if case .null = options.content { options.mark = entry.keyMark }
      let reader = OptionReader(options, context: entry.key, diagnostics: diagnostics)
      return (entry.key, entry.keyMark, reader)
    default:
      diagnostics.report(
        "expected the name of a \(what), or one name with its options, "
          + "found \(value.kindDescription)", at: value.mark,
        hint: "write `name` or `name: {option: value}`")
      return nil
    }
  }

  private static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
