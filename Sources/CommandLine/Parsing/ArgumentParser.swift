import Options

/// Matches the arguments behind a command's name against its declaration.
///
/// Options are written `--name value`, `--name=value`, `-c value`, `-cvalue`; letters of flags may be
/// joined, `-vv`; `--` ends the options. Every problem is collected, so that all are reported.
struct ArgumentParser {
  /// What arguments come to.
  enum Outcome {
    /// They ask for the command's help.
    case help
    /// They are complete and legal.
    case arguments(ParsedArguments)
  }

  private let declaration: CommandDeclaration
  private let programName: String
  private var rest: ArraySlice<String>
  private var given: [String: [String]] = [:]
  private var positional: [String] = []
  private var problems: [Diagnostic] = []
  private var asksForHelp = false
  /// Required options that were probably meant by a misspelt one, so that one slip is one problem.
  private var excused: Set<String> = []

  /// Prepares to parse.
  ///
  /// - Parameters:
  ///   - arguments: what stands on the command line without the command's name.
  ///   - declaration: what the command takes.
  ///   - programName: for messages.
  init(_ arguments: [String], declaration: CommandDeclaration, programName: String) {
    rest = arguments[...]
    self.declaration = declaration
    self.programName = programName
  }

  /// Parses the arguments.
  ///
  /// - Throws: ``UsageError`` with every problem, unless help is asked for.
  consuming func outcome() throws(UsageError) -> Outcome {
    while let argument = rest.popFirst() {
      if argument == "--" {
        positional += rest
        rest = []
      } else if argument.hasPrefix("--") {
        long(argument)
      } else if argument.hasPrefix("-"), argument != "-" {
        short(argument)
      } else {
        positional.append(argument)
      }
    }
    if asksForHelp { return .help }
    assignPositional()
    checkRequired()
    if !problems.isEmpty { throw UsageError(problems, command: declaration.name) }
    return .arguments(ParsedArguments(declaration: declaration, given: given))
  }

  /// `--name` or `--name=value`.
  private mutating func long(_ argument: String) {
    let parts = argument.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let value = parts.count == 2 ? String(parts[1]) : nil
    if name == "help" {
      asksForHelp = true
    } else if let option = declaration.options.first(where: { $0.name == name }) {
      take(option, as: "--\(name)", attached: value)
    } else {
      reportUnknown("--\(name)", among: declaration.options.map(\.name) + ["help"], word: name)
      skipValueOfUnknown(hasAttached: value != nil)
    }
  }

  /// `-c`, `-c value`, `-cvalue`, `-c=value` or joined flags, `-vv`.
  private mutating func short(_ argument: String) {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      if letter == "h" {
        asksForHelp = true
        continue
      }
      guard let option = declaration.options.first(where: { $0.short == letter }) else {
        reportUnknown("-\(letter)", among: [], word: "")
        return
      }
      if option.takesNextArgument || letters.first == "=" {
        if letters.first == "=" {
          take(option, as: "-\(letter)", attached: String(letters.dropFirst()))
        } else {
          take(option, as: "-\(letter)", attached: letters.isEmpty ? nil : String(letters))
        }
        return
      }
      take(option, as: "-\(letter)", attached: nil)
    }
  }

  /// Records an option, with the value attached to it or the next argument.
  private mutating func take(_ option: OptionDeclaration, as shown: String, attached: String?) {
    if given[option.name] != nil, !option.isRepeatable {
      problems.append(Diagnostic("`\(shown)` is given twice", hint: "remove one of them"))
    }
    switch option.kind {
    case .flag:
      if attached != nil {
        problems.append(Diagnostic("`\(shown)` takes no value", hint: "write `\(option.usage)`"))
      }
      given[option.name, default: []].append("")
    case .optionalValue(_, let implied):
      let value = attached.flatMap { $0.isEmpty ? nil : $0 } ?? implied
      given[option.name, default: []].append(value)
    case .value(let placeholder):
      let next = rest.first.flatMap { Self.canBeValue($0) ? $0 : nil }
      if attached == nil, next != nil { rest.removeFirst() }
      if let value = attached ?? next, !value.isEmpty {
        given[option.name, default: []].append(value)
      } else {
        // Recorded as given, so that a required option is not reported twice.
        given[option.name, default: []].append("")
        problems.append(
          Diagnostic("`\(shown)` needs a value", hint: "write `--\(option.name) \(placeholder)`"))
      }
    }
  }

  /// An option's name is no value, but `-` (standard input) and `-0.5` are.
  private static func canBeValue(_ argument: String) -> Bool {
    guard argument.hasPrefix("-"), argument != "-" else { return true }
    return ScalarText.number(OptionValue(.scalar(argument, isQuoted: false))) != nil
  }

  private mutating func reportUnknown(_ shown: String, among names: [String], word: String) {
    let meant = Suggestion.nearest(to: word, among: names)
    if let meant { excused.insert(meant) }
    problems.append(
      Diagnostic(
        "`\(programName) \(declaration.name)` has no option `\(shown)`",
        hint: meant.map { "did you mean `--\($0)`?" }))
  }

  /// What follows an unknown option was probably its value; it is no positional argument gone astray.
  private mutating func skipValueOfUnknown(hasAttached: Bool) {
    if !hasAttached, declaration.arguments.isEmpty, let next = rest.first, Self.canBeValue(next) {
      rest.removeFirst()
    }
  }

  private mutating func assignPositional() {
    var remaining = positional[...]
    for argument in declaration.arguments {
      if argument.isRepeatable {
        if !remaining.isEmpty { given[argument.name] = Array(remaining) }
        remaining = []
      } else if let value = remaining.popFirst() {
        given[argument.name] = [value]
      }
      if argument.isRequired, given[argument.name] == nil {
        problems.append(
          Diagnostic(
            "`\(programName) \(declaration.name)` needs \(argument.name.uppercased()): "
              + argument.help))
      }
    }
    for value in remaining {
      // `train a.yaml` was meant to be `train --config a.yaml`.
      let missing = missingOptions
      var hint: String?
      if missing.count == 1 {
        hint = "did you mean `--\(missing[0].name) \(value)`?"
        excused.insert(missing[0].name)
      }
      problems.append(
        Diagnostic(
          "`\(programName) \(declaration.name)` takes no argument `\(value)`", hint: hint))
    }
  }

  private var missingOptions: [OptionDeclaration] {
    declaration.options.filter {
      $0.isRequired && given[$0.name] == nil && !excused.contains($0.name)
    }
  }

  private mutating func checkRequired() {
    for option in missingOptions {
      problems.append(
        Diagnostic(
          "`\(programName) \(declaration.name)` needs `\(option.usage)`: \(option.help)"))
    }
  }
}
