/// A command of the program: a declaration and what is done.
///
/// ```swift
/// struct TrainCommand: Command {
///   static let declaration = CommandDeclaration(
///     name: "train", abstract: "train the network of a configuration",
///     options: [
///       .value("config", short: "c", placeholder: "FILE", isRequired: true, help: "…"),
///       .flag("hash", help: "…"),
///     ])
///
///   func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
///     let path = arguments.required("config")
///     …
///   }
/// }
/// ```
package protocol Command: Sendable {
  /// What the command is called and takes.
  static var declaration: CommandDeclaration { get }

  /// Does what the command is for.
  ///
  /// - Parameters:
  ///   - arguments: what was given, checked against the declaration.
  ///   - context: where to write.
  /// - Returns: how it ended.
  /// - Throws: what the program reports: see ``Program/exitCode``.
  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode
}

/// What a command may use of the process it runs in.
package struct CommandContext: Sendable {
  /// Takes results.
  package let output: any TextOutput
  /// Takes messages.
  package let errors: any TextOutput

  /// Makes a context; the process's own streams unless given.
  package init(
    output: any TextOutput = StandardStream.output, errors: any TextOutput = StandardStream.error
  ) {
    self.output = output
    self.errors = errors
  }
}
