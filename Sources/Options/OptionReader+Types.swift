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

  /// A number option above zero that may be absent.
  public func optionalPositiveNumber(_ key: String) -> Double? {
    has(key) ? positiveNumber(key) : nil
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

  /// A list of texts; nil where it is absent or wrong.
  ///
  /// One text stands for a list of one.
  public func texts(_ key: String) -> [String]? {
    elements(key, of: "texts") { item in
      if case .scalar(let text, _) = item.content { text } else { nil }
    }
  }

  /// A list of integers; nil where it is absent or wrong.
  ///
  /// One integer stands for a list of one.
  public func integers(_ key: String, in range: PartialRangeFrom<Int>) -> [Int]? {
    let kind = "whole numbers" + (range.lowerBound == .min ? "" : " from \(range.lowerBound)")
    return elements(key, of: kind) { item in
      ScalarText.integer(item).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A list of finite numbers; nil where it is absent or wrong.
  ///
  /// One number stands for a list of one.
  public func numbers(_ key: String) -> [Double]? {
    elements(key, of: "numbers") { item in
      ScalarText.number(item).flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// Reads each element of a list; the first wrong one is reported and gives nil.
  private func elements<Element>(
    _ key: String, of kind: String, read: (OptionValue) -> Element?
  ) -> [Element]? {
    guard let value = value(key) else { return nil }
    let items: [OptionValue]
    if case .list(let list) = value.content { items = list } else { items = [value] }
    var elements: [Element] = []
    for item in items {
      guard let element = read(item) else {
        diagnostics.report(
          "`\(key)` of \(context) takes \(kind), found \(item.kindDescription)", at: item.mark)
        return nil
      }
      elements.append(element)
    }
    return elements
  }

  private static func describe(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
