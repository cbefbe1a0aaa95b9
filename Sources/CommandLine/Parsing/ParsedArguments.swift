internal import Options

/// A command line that cannot be understood.
struct UsageError: Error, CustomStringConvertible {
  let message: String
  var hint: String?

  var description: String { "error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "") }
}

/// The arguments of one command, taken apart by its declaration.
struct ParsedArguments {
  /// What stood without a dash, in order.
  private(set) var positionals: [String] = []
  private var values: [String: [String]] = [:]

  /// Takes arguments apart.
  ///
  /// - Parameters:
  ///   - arguments: what follows the command's name.
  ///   - declaration: what the command takes.
  /// - Throws: ``UsageError`` naming the argument that is wrong, and what was probably meant.
  init(_ arguments: [String], for declaration: CommandDeclaration) throws(UsageError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        positionals += rest
        break
      }
      guard argument.hasPrefix("-"), argument.count > 1, Double(argument) == nil else {
        positionals.append(argument)
        continue
      }
      let (option, attached) = try Self.option(argument, declaration)
      if values[option.name] != nil, !option.isRepeatable {
        throw UsageError(message: "`--\(option.name)` was given twice")
      }
      values[option.name, default: []].append(
        try Self.value(of: option, attached: attached, rest: &rest))
    }
    try checkPositionals(declaration)
  }

  /// Whether an option was given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of an option; nil where it was not given.
  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of a repeatable option, in order.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option that is a number above 0.
  ///
  /// - Throws: ``UsageError`` where it is none.
  func positiveNumber(_ name: String) throws(UsageError) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), number > 0, number.isFinite else {
      throw UsageError(message: "`--\(name)` takes a number above 0, found `\(text)`")
    }
    return number
  }

  private static func option(
    _ argument: String, _ declaration: CommandDeclaration
  ) throws(UsageError) -> (CommandDeclaration.Option, String?) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let attached = parts.count == 2 ? String(parts[1]) : nil
    let name = String(parts[0])
    let option = declaration.allOptions.first { option in
      name == "--\(option.name)" || option.short.map { name == "-\($0)" } ?? false
    }
    guard let option else {
      let names = declaration.allOptions.map { "--\($0.name)" }
      let meant = Suggestion.nearest(to: name, among: names).map { "did you mean `\($0)`? " } ?? ""
      throw UsageError(
        message: "`lockstep \(declaration.name)` knows no option `\(name)`",
        hint: meant + "see: lockstep \(declaration.name) --help")
    }
    return (option, attached)
  }

  private static func value(
    of option: CommandDeclaration.Option, attached: String?, rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    guard let value = option.value else {
      if let attached {
        throw UsageError(message: "`--\(option.name)` takes no value, found `\(attached)`")
      }
      return ""
    }
    if let attached { return attached }
    if option.isValueOptional { return "" }
    guard let next = rest.popFirst() else {
      throw UsageError(message: "`--\(option.name)` needs a value: \(option.usage)")
    }
    _ = value
    return next
  }

  private func checkPositionals(_ declaration: CommandDeclaration) throws(UsageError) {
    let required = declaration.positionals.filter(\.isRequired)
    if positionals.count < required.count, !has("help") {
      throw UsageError(
        message: "`lockstep \(declaration.name)` needs \(required[positionals.count].name)",
        hint: "see: lockstep \(declaration.name) --help")
    }
    if positionals.count > declaration.positionals.count {
      throw UsageError(
        message: "`lockstep \(declaration.name)` does not know what to do with "
          + "`\(positionals[declaration.positionals.count])`",
        hint: "see: lockstep \(declaration.name) --help")
    }
  }
}
