import CommandLine
import Testing

/// A command that has commands of two words beside it.
private struct SearchCommand: Command {
  static let declaration = CommandDeclaration(
    name: "search", abstract: "look for something",
    options: [.value("config", short: "c", placeholder: "FILE", help: "what for")])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    try context.output.write("search \(arguments.text("config") ?? "-")\n")
    return .done
  }
}

/// One of them.
private struct SearchStatusCommand: Command {
  static let declaration = CommandDeclaration(
    name: "search status", abstract: "say how it goes",
    arguments: [ArgumentDeclaration("place", help: "where", isRequired: false)],
    options: [.flag("all", help: "say everything")])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    try context.output.write(
      "status \(arguments.text("place") ?? "-") \(arguments.has("all"))\n")
    return .done
  }
}

@Suite("Commands of one word beside commands of two")
struct CommandFinderTests {
  private func run(_ arguments: String...) -> Outcome {
    let program = Program(
      name: "hello", version: "1", abstract: "Searches.",
      commands: [SearchCommand(), SearchStatusCommand()])
    let (output, errors) = (TextBuffer(), TextBuffer())
    let code = program.run(arguments, in: CommandContext(output: output, errors: errors))
    return Outcome(code: code, output: output.text, errors: errors.text)
  }

  @Test("the longer name is meant where it is written, with the options of its own")
  func meaning() {
    #expect(run("search", "-c", "f").output == "search f\n")
    #expect(run("-c", "f", "search").output == "search f\n")
    #expect(run("search").output == "search -\n")
    #expect(run("search", "status").output == "status - false\n")
    #expect(run("search", "status", "here", "--all").output == "status here true\n")
    #expect(run("--all", "search", "status", "here").output == "status here true\n")
    // A value that reads like a command is a value.
    #expect(run("search", "-c", "status").output == "search status\n")
  }

  @Test("a misspelt second word is not taken for an argument of the shorter command")
  func misspelt() {
    #expect(
      run("search", "statsu")
        == Outcome(
          code: .usage, output: "",
          errors: """
            error: `hello` has no command `search statsu`
              hint: did you mean `hello search status`?

            Run `hello --help` for what can be written.

            """))
  }

  @Test("the help of the shorter command names the longer ones")
  func help() {
    let text = run("search", "--help").output
    #expect(text.hasPrefix("hello search: look for something\n"))
    #expect(text.hasSuffix("\ncommands:\n  search status  say how it goes\n"))
    #expect(run("help", "search").output == text)
    #expect(run("search", "status", "--help").output.hasPrefix("hello search status: "))
    #expect(!run("search", "status", "--help").output.contains("commands:"))
  }
}
