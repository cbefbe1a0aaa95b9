import Options

/// What a command was given, by the names of its declaration.
///
/// Reading a name that is not declared, or as something it is not declared to be, is a mistake of
/// the program and stops it.
package struct ParsedArguments: Sendable {
  /// What was declared.
  package let declaration: CommandDeclaration
  /// What was given, by name, in order; a flag counts as an empty text.
  let given: [String: [String]]

  /// Whether an option or argument was given.
  package func has(_ name: String) -> Bool {
    count(name) > 0
  }

  /// How often an option was given: 2 for `-vv`.
  package func count(_ name: String) -> Int {
    checkDeclared(name)
    return given[name, default: []].count
  }

  /// The value given, or the default; nil where there is neither.
  package func text(_ name: String) -> String? {
    checkDeclared(name)
    return given[name]?.last ?? option(name)?.defaultValue
  }

  /// All values given, or the default.
  package func texts(_ name: String) -> [String] {
    checkDeclared(name)
    return given[name] ?? option(name)?.defaultValue.map { [$0] } ?? []
  }

  /// The value of what is declared as required, or with a default.
  package func required(_ name: String) -> String {
    guard let text = text(name) else {
      preconditionFailure("`\(name)` of `\(declaration.name)` may be absent: read it by `text`")
    }
    return text
  }

  /// The whole number given, or the default; nil where there is neither.
  ///
  /// - Throws: ``UsageError`` where it is no whole number of the range.
  package func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = text(name) else { return nil }
    let number = ScalarText.integer(OptionValue(.scalar(text, isQuoted: false)))
    guard let number, range.contains(number) else {
      let legal =
        range.upperBound == .max
        ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
      throw wrong(name, text, legal: "legal is a whole number, \(legal)")
    }
    return number
  }

  /// The whole number given, or the default; nil where there is neither.
  ///
  /// - Throws: ``UsageError`` where it is no whole number of the range.
  package func integer(_ name: String, in range: PartialRangeFrom<Int>) throws(UsageError) -> Int? {
    try integer(name, in: range.lowerBound...Int.max)
  }

  /// The number above zero given, or the default; nil where there is neither.
  ///
  /// - Throws: ``UsageError`` where it is no finite number above zero.
  package func positiveNumber(_ name: String) throws(UsageError) -> Double? {
    guard let text = text(name) else { return nil }
    let number = ScalarText.number(OptionValue(.scalar(text, isQuoted: false)))
    guard let number, number > 0, number.isFinite else {
      throw wrong(name, text, legal: "legal is a number above 0")
    }
    return number
  }

  /// The word of a closed set given, or the default; nil where there is neither.
  ///
  /// - Throws: ``UsageError`` where it is none of the words.
  package func choice<Choice: CaseIterable & RawRepresentable>(
    _ name: String, of type: Choice.Type = Choice.self
  ) throws(UsageError) -> Choice? where Choice.RawValue == String {
    guard let text = text(name) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    let meant = Suggestion.nearest(to: text, among: words).map { "did you mean `\($0)`? " } ?? ""
    throw wrong(name, text, legal: meant + "legal are " + words.joined(separator: ", "))
  }

  private func wrong(_ name: String, _ text: String, legal: String) -> UsageError {
    let shown = option(name) == nil ? name.uppercased() : "--\(name)"
    return UsageError("`\(shown)` cannot be `\(text)`", hint: legal, command: declaration.name)
  }

  private func option(_ name: String) -> OptionDeclaration? {
    declaration.options.first { $0.name == name }
  }

  private func checkDeclared(_ name: String) {
    precondition(
      option(name) != nil || declaration.arguments.contains { $0.name == name },
      "`\(declaration.name)` declares no `\(name)`")
  }
}
