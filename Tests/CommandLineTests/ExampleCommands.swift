import CommandLine
import Synchronization

/// A command with an option of every kind, that shows what it was given.
struct GreetCommand: Command {
  static let declaration = CommandDeclaration(
    name: "greet", abstract: "say something to somebody",
    discussion: """
      Says a greeting as often as asked for, in a voice that depends on the flags, to everybody who \
      is named, one after the other.

      The default is to whisper.
      """,
    arguments: [ArgumentDeclaration("name", help: "whom to greet", isRepeatable: true)],
    options: [
      .value("config", short: "c", placeholder: "FILE", isRequired: true, help: "the greeting"),
      .value("set", placeholder: "KEY=VALUE", isRepeatable: true, help: "change the greeting"),
      .value("times", short: "n", placeholder: "N", default: "1", help: "how often"),
      .optionalValue("resume", placeholder: "RUN", implied: "last", help: "go on with a greeting"),
      .flag("loud", short: "l", help: "shout"),
      .flag("verbose", short: "v", isRepeatable: true, help: "say more"),
    ],
    examples: [
      CommandExample("hello greet -c hi.yaml World", "greets the world"),
      CommandExample("hello greet -c hi.yaml -n 3 A B", "greets A and B three times"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let times = try arguments.integer("times", in: 1...9) ?? 1
    try context.output.write(
      """
      names \(arguments.texts("name")) config \(arguments.required("config")) \
      set \(arguments.texts("set")) times \(times) resume \(arguments.text("resume") ?? "-") \
      loud \(arguments.has("loud")) verbose \(arguments.count("verbose"))

      """)
    return .done
  }
}

/// A command of two words that throws what it is asked for.
struct FailCommand: Command {
  struct Failure: Error, CustomStringConvertible {
    var description: String { "the run failed" }
  }

  enum Mode: String, CaseIterable { case failure, data }

  static let declaration = CommandDeclaration(
    name: "test fail", abstract: "fail",
    options: [
      .value("mode", placeholder: "MODE", help: "how"),
      .value("seconds", placeholder: "S", help: "how long"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    _ = try arguments.positiveNumber("seconds")
    if try arguments.choice("mode", of: Mode.self) == .data { return .data }
    throw Failure()
  }
}

/// A second command of the group `test`.
struct PassCommand: Command {
  static let declaration = CommandDeclaration(name: "test pass", abstract: "do nothing")

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode { .done }
}

/// Keeps what was written.
final class TextBuffer: TextOutput {
  private let content = Mutex("")

  var text: String { content.withLock { $0 } }

  func write(_ text: String) {
    content.withLock { $0 += text }
  }
}

/// What a command line came to.
struct Outcome: Equatable {
  var code: ExitCode
  var output: String
  var errors: String
}

/// Runs the example program.
func run(_ arguments: String...) -> Outcome {
  run(arguments)
}

/// Runs the example program.
func run(_ arguments: [String]) -> Outcome {
  let program = Program(
    name: "hello", version: "1.2.3", abstract: "Hello greets, and tests its own parser.",
    commands: [GreetCommand(), FailCommand(), PassCommand()])
  let output = TextBuffer()
  let errors = TextBuffer()
  let code = program.run(arguments, in: CommandContext(output: output, errors: errors))
  return Outcome(code: code, output: output.text, errors: errors.text)
}
