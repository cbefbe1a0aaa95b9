internal import Glibc
internal import Options

/// The program: finds the command that the arguments name and runs it.
package enum Program {
  /// The program's version.
  package static let version = "0.1.0"

  /// The commands, in the order of the help.
  static let commands: [any Command.Type] = [
    TrainCommand.self, EvaluateCommand.self, PredictCommand.self, SummaryCommand.self,
    ConfigCheckCommand.self, ConformanceCommand.self, BenchCommand.self,
  ]

  /// Runs the program.
  ///
  /// - Parameters:
  ///   - arguments: the arguments without the program's name.
  ///   - terminal: where output goes.
  /// - Returns: how the process ends.
  package static func run(_ arguments: [String], terminal: Terminal) -> ExitCode {
    do {
      return try dispatch(arguments, terminal: terminal)
    } catch {
      let failure = Failure(error)
      terminal.error(failure.text + "\n")
      return failure.exitCode
    }
  }

  private static func dispatch(_ arguments: [String], terminal: Terminal) throws -> ExitCode {
    guard let first = arguments.first else {
      terminal.print(help)
      return .usage
    }
    switch first {
    case "-h", "--help":
      terminal.print(help)
      return .done
    case "--version":
      terminal.print("lockstep \(version)")
      return .done
    case "help":
      return try dispatch(Array(arguments.dropFirst()) + ["--help"], terminal: terminal)
    default: break
    }
    let (command, rest) = try command(arguments)
    let parsed = try ParsedArguments(rest, for: command.declaration)
    if parsed.has("help") {
      terminal.print(command.declaration.help)
      return .done
    }
    return try command.run(parsed, terminal: terminal)
  }

  /// The command whose name the arguments begin with; a name may be of two words.
  private static func command(
    _ arguments: [String]
  ) throws(UsageError) -> (any Command.Type, [String]) {
    for command in commands {
      let words = command.declaration.name.split(separator: " ").map(String.init)
      if arguments.starts(with: words) { return (command, Array(arguments.dropFirst(words.count))) }
    }
    let names = commands.map { $0.declaration.name }
    let asked = arguments[0]
    let within = names.filter { $0.hasPrefix(asked + " ") }
    if !within.isEmpty {
      throw UsageError(
        message: "`lockstep \(asked)` needs one more word",
        hint: within.map { "lockstep \($0)" }.joined(separator: ", "))
    }
    let meant = Suggestion.nearest(to: asked, among: names).map { "did you mean `\($0)`? " } ?? ""
    throw UsageError(
      message: "unknown command `\(asked)`",
      hint: meant + "commands: " + names.joined(separator: ", "))
  }

  /// The help of the whole program.
  static var help: String {
    let rows = commands.map { ("  " + $0.declaration.name, $0.declaration.abstract) }
    return """
      lockstep trains neural networks in data parallel over MPI; the number of ranks and threads never
      changes the result, not even in the last bit.

      usage: lockstep COMMAND [options]
             mpirun -n RANKS lockstep train -c CONFIG

      commands:
      \(CommandDeclaration.columns(rows))

      `lockstep COMMAND --help` tells more about a command, `lockstep --version` the version.
      """
  }
}
