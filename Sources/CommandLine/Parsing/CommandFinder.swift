import Options

/// Finds the command that a command line means; options may stand before it.
struct CommandFinder {
  /// What a command line asks for.
  enum Meaning {
    /// The version.
    case version
    /// Nothing at all.
    case nothing
    /// The help of the program, or of the commands that begin with a word.
    case help(group: String?)
    /// The help of a command.
    case commandHelp(CommandDeclaration)
    /// A command, with all arguments but its name.
    case command(any Command, [String])
  }

  /// The program whose command is looked for.
  let program: Program

  /// Finds out what is meant.
  ///
  /// - Throws: ``UsageError`` where the command is missing or unknown; that comes before any unknown
  ///   option, which cannot be judged without the command.
  func find(_ arguments: [String]) throws(UsageError) -> Meaning {
    if arguments.isEmpty { return .nothing }
    guard let first = indexOfFirstWord(arguments) else {
      if arguments.contains("--help") || arguments.contains("-h") { return .help(group: nil) }
      if arguments.contains("--version") { return .version }
      throw UsageError(
        "a command is missing", hint: "write `\(program.name) <command> …`", command: nil)
    }
    let words = arguments[first...].prefix { !$0.hasPrefix("-") }
    if words.first == "help" { return try help(Array(words.dropFirst())) }
    guard let command = command(words) else {
      return try group(words, asksForHelp: asksForHelp(arguments[first...]))
    }
    let declaration = type(of: command).declaration
    let count = declaration.words.count
    let longer = program.declarations.filter { $0.extends(declaration) }
    // A command that takes no arguments is followed by one only where another was meant.
    if !longer.isEmpty && words.count > count && declaration.arguments.isEmpty {
      throw unknown(words.prefix(count + 1).joined(separator: " "), among: longer)
    }
    return .command(command, Array(arguments[..<first] + arguments[(first + count)...]))
  }

  /// The first argument that is no option and no option's value.
  private func indexOfFirstWord(_ arguments: [String]) -> Int? {
    let options = program.declarations.flatMap(\.options)
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if argument == "--" { return nil }
      if !argument.hasPrefix("-") { return index }
      let takesNext = options.contains { option in
        option.takesNextArgument
          && (argument == "--\(option.name)" || option.short.map { argument == "-\($0)" } == true)
      }
      index += takesNext ? 2 : 1
    }
    return nil
  }

  /// `help`, `help train`.
  private func help(_ words: [String]) throws(UsageError) -> Meaning {
    if words.isEmpty { return .help(group: nil) }
    if let command = command(words[...]) { return .commandHelp(type(of: command).declaration) }
    return try group(words[...], asksForHelp: true)
  }

  /// The command whose name the words begin with; of two the one with the longer name.
  private func command(_ words: ArraySlice<String>) -> (any Command)? {
    program.commands.filter { words.starts(with: type(of: $0).declaration.words) }
      .max { type(of: $0).declaration.words.count < type(of: $1).declaration.words.count }
  }

  /// A first word of commands of two words, or an unknown one.
  private func group(
    _ words: ArraySlice<String>, asksForHelp: Bool
  ) throws(UsageError) -> Meaning {
    let first = words.first ?? ""
    let members = program.declarations.filter { $0.words.count > 1 && $0.words.first == first }
    if members.isEmpty { throw unknown(first, among: program.declarations) }
    if words.count == 1 {
      if asksForHelp { return .help(group: first) }
      let names = members.map { "`\(program.name) \($0.name)`" }.joined(separator: ", ")
      throw UsageError(
        "`\(program.name) \(first)` needs a second word", hint: "there is \(names)", command: nil)
    }
    throw unknown(words.prefix(2).joined(separator: " "), among: members)
  }

  private func unknown(_ words: String, among declarations: [CommandDeclaration]) -> UsageError {
    // `chekc` may be half of `config check`, `confg` the other half.
    let names = declarations.map(\.name)
    let meant =
      Suggestion.nearest(to: words, among: names)
      ?? Suggestion.nearest(to: words, among: declarations.compactMap { $0.words.first })
    let hint =
      meant.map { "did you mean `\(program.name) \($0)`?" }
      ?? "there is \(names.joined(separator: ", "))"
    return UsageError(
      "`\(program.name)` has no command `\(words)`", hint: hint, command: nil)
  }

  private func asksForHelp(_ arguments: ArraySlice<String>) -> Bool {
    arguments.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }
}
