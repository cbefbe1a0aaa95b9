import Options

/// A program made of commands: finds the one that is meant, runs it, and reports what goes wrong.
package struct Program: Sendable {
  /// What the program is called on the command line.
  package let name: String
  /// What `--version` shows.
  package let version: String
  /// What the program is for, as a sentence.
  package let abstract: String
  /// The commands, in the order of the help.
  package let commands: [any Command]
  /// The exit code of an error that a command throws; nil for `usage` where the configuration is
  /// wrong, and `failed` elsewhere.
  package let exitCode: @Sendable (any Error) -> ExitCode?
  /// Told how the process fails before that is written; may end the process itself, as one of several.
  package let willFail: @Sendable (_ text: String, _ code: ExitCode) -> Void

  /// Makes a program.
  ///
  /// - Precondition: the commands' names are unique.
  package init(
    name: String, version: String, abstract: String, commands: [any Command],
    exitCode: @escaping @Sendable (any Error) -> ExitCode? = { _ in nil },
    willFail: @escaping @Sendable (_ text: String, _ code: ExitCode) -> Void = { _, _ in }
  ) {
    let names = commands.map { type(of: $0).declaration.name }
    precondition(Set(names).count == names.count, "commands have unique names")
    self.name = name
    self.version = version
    self.abstract = abstract
    self.commands = commands
    self.exitCode = exitCode
    self.willFail = willFail
  }

  /// Runs the command that the process was started with.
  package func run() -> ExitCode {
    run(Array(Swift.CommandLine.arguments.dropFirst()), in: CommandContext())
  }

  /// Runs a command line.
  ///
  /// - Parameters:
  ///   - arguments: the command line without the program's own name.
  ///   - context: where to write.
  /// - Returns: how it ended; every error has been written to `context.errors`.
  package func run(_ arguments: [String], in context: CommandContext) -> ExitCode {
    do {
      return try dispatch(arguments, in: context)
    } catch {
      let code = code(of: error)
      let text = text(of: error)
      willFail(text, code)
      do {
        try context.errors.write(text)
      } catch {
        // Without a stream for messages, the exit code is all that can be told.
        return code
      }
      return code
    }
  }

  private func dispatch(_ arguments: [String], in context: CommandContext) throws -> ExitCode {
    let help = HelpText(programName: name)
    switch try CommandFinder(program: self).find(arguments) {
    case .version:
      try context.output.write("\(name) \(version)\n")
      return .done
    case .nothing:
      try context.errors.write(help.program(abstract: abstract, commands: declarations))
      return .usage
    case .help(let group):
      let shown = declarations.filter { group == nil || $0.words.first == group }
      try context.output.write(help.program(abstract: abstract, commands: shown, group: group))
      return .done
    case .commandHelp(let declaration):
      try context.output.write(help.command(declaration, among: declarations))
      return .done
    case .command(let command, let rest):
      let declaration = type(of: command).declaration
      let parser = ArgumentParser(rest, declaration: declaration, programName: name)
      switch try parser.outcome() {
      case .help:
        try context.output.write(help.command(declaration, among: declarations))
        return .done
      case .arguments(let arguments): return try command.run(arguments, in: context)
      }
    }
  }

  /// What the commands declare, in their order.
  var declarations: [CommandDeclaration] {
    commands.map { type(of: $0).declaration }
  }

  private func code(of error: any Error) -> ExitCode {
    if let code = exitCode(error) { return code }
    return error is UsageError || error is OptionsError || error is Diagnostic ? .usage : .failed
  }

  private func text(of error: any Error) -> String {
    if let usage = error as? UsageError {
      let command = usage.command.map { " \($0)" } ?? ""
      return "\(usage)\n\nRun `\(name)\(command) --help` for what can be written.\n"
    }
    let text = "\(error)"
    return (text.hasPrefix("error") ? "" : "error: ") + text + "\n"
  }
}
