import CommandLine
import Testing

@Suite("Help")
struct HelpTests {
  private static let program = """
    Hello greets, and tests its own parser.

    usage: hello <command> [options]

    commands:
      greet      say something to somebody
      test fail  fail
      test pass  do nothing

    options:
      -h, --help     show this help
          --version  show the version

    Run `hello <command> --help` for the options and examples of a command.

    """

  private static let greet = """
    hello greet: say something to somebody

    usage: hello greet --config FILE [options] NAME...

    Says a greeting as often as asked for, in a voice that depends on the flags, to everybody who is
    named, one after the other.

    The default is to whisper.

    arguments:
      NAME  whom to greet

    options:
      -c, --config FILE    the greeting (required)
          --set KEY=VALUE  change the greeting (may be repeated)
      -n, --times N        how often (default: 1)
          --resume[=RUN]   go on with a greeting (RUN is last unless given)
      -l, --loud           shout
      -v, --verbose        say more (may be repeated)
      -h, --help           show this help

    examples:
      hello greet -c hi.yaml World
          greets the world
      hello greet -c hi.yaml -n 3 A B
          greets A and B three times

    """

  @Test("The program's help lists its commands")
  func program() {
    for outcome in [run("--help"), run("-h"), run("help")] {
      #expect(outcome == Outcome(code: .done, output: Self.program, errors: ""))
    }
  }

  @Test("Without a command the help is a message, and the exit code that of a wrong usage")
  func nothing() {
    #expect(run() == Outcome(code: .usage, output: "", errors: Self.program))
  }

  @Test("A command's help shows all that it declares, wherever it is asked for")
  func command() {
    for outcome in [
      run("greet", "--help"), run("greet", "-h"), run("help", "greet"), run("--help", "greet"),
      run("greet", "x", "--bogus", "-h"), run("greet", "-lh"),
    ] {
      #expect(outcome == Outcome(code: .done, output: Self.greet, errors: ""))
    }
  }

  @Test("A group's help lists the commands of the group")
  func group() {
    let text = """
      usage: hello test <command> [options]

      commands:
        test fail  fail
        test pass  do nothing

      Run `hello <command> --help` for the options and examples of a command.

      """
    for outcome in [run("test", "--help"), run("help", "test")] {
      #expect(outcome == Outcome(code: .done, output: text, errors: ""))
    }
    #expect(run("help", "test", "pass").output.hasPrefix("hello test pass: do nothing\n"))
  }

  @Test("The version is one line")
  func version() {
    #expect(run("--version") == Outcome(code: .done, output: "hello 1.2.3\n", errors: ""))
  }
}
