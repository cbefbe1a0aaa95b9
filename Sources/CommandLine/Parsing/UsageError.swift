import Options

/// A command line that cannot be understood; all that is wrong with it at once.
package struct UsageError: Error, CustomStringConvertible {
  /// What is wrong, in the order of the arguments.
  let problems: [Diagnostic]
  /// The command whose help explains it; nil for the program itself.
  let command: String?

  /// Wraps problems of a command.
  init(_ problems: [Diagnostic], command: String?) {
    self.problems = problems
    self.command = command
  }

  /// Refuses a command line for one reason.
  ///
  /// - Parameters:
  ///   - message: what is wrong, without a full stop.
  ///   - hint: what to do about it.
  ///   - command: the name of the command.
  package init(_ message: String, hint: String? = nil, command: String?) {
    self.init([Diagnostic(message, hint: hint)], command: command)
  }

  /// All messages, with their hints.
  package var description: String {
    problems.map(\.description).joined(separator: "\n\n")
  }
}
