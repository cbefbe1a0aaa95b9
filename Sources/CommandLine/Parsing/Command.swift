/// How a process ends, as scripts see it.
package enum ExitCode: Int32, Sendable {
  /// All went well.
  case done = 0
  /// The run failed.
  case failed = 1
  /// The command line or the configuration is wrong.
  case usage = 2
  /// The data is wrong.
  case data = 3
  /// Training diverged: a NaN or an infinity.
  case diverged = 4
  /// A rank failed.
  case rankFailed = 5
  /// Stopped by SIGINT, after a checkpoint was written.
  case interrupted = 130
  /// Stopped by SIGTERM, after a checkpoint was written.
  case terminated = 143
}

/// One command of the program: a declaration and what to do.
protocol Command: SendableMetatype {
  /// What it takes.
  static var declaration: CommandDeclaration { get }

  /// Does it.
  ///
  /// - Parameters:
  ///   - arguments: the arguments, taken apart.
  ///   - terminal: where its output goes.
  /// - Returns: how the process ends.
  static func run(_ arguments: ParsedArguments, terminal: Terminal) throws -> ExitCode
}

/// Where output goes; tests collect it instead.
package struct Terminal: Sendable {
  /// Takes text for the standard output.
  let out: @Sendable (String) -> Void
  /// Takes text for the standard error output.
  let error: @Sendable (String) -> Void

  /// Sends output somewhere.
  package init(
    out: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void
  ) {
    self.out = out
    self.error = error
  }

  /// Prints a line.
  func print(_ text: String) { out(text + "\n") }
}
