import Testing

@testable import CommandLine

@Suite("Parsing arguments")
struct ParsingTests {
  private let tail = "\n\nRun `hello greet --help` for what can be written.\n"

  @Test("Options are recognized in every spelling and order")
  func spellings() {
    let expected = Outcome(
      code: .done,
      output: #"names ["a", "b"] config f set ["x=1", "y="] times 3 resume r loud true verbose 2"#
        + "\n", errors: "")
    let lines = [
      [
        "greet", "a", "b", "-c", "f", "--set", "x=1", "--set", "y=", "-n", "3", "--resume=r", "-l",
        "-vv",
      ],
      [
        "greet", "--config=f", "a", "--set=x=1", "-n=3", "b", "--set=y=", "--loud", "-v",
        "--resume=r", "-v",
      ],
      ["-c", "f", "-lvvn3", "--resume=r", "greet", "--set", "x=1", "a", "--set", "y=", "b"],
      ["greet", "-cf", "--set=x=1", "--set=y=", "-vn", "3", "-vl", "--resume=r", "--", "a", "b"],
    ]
    for line in lines { #expect(run(line) == expected, "\(line)") }
  }

  @Test("What is not given has its default, and `--resume` alone its implied value")
  func defaults() {
    #expect(
      run(["greet", "-c", "f", "a"]).output
        == "names [\"a\"] config f set [] times 1 resume - loud false verbose 0\n")
    #expect(run(["greet", "-c", "f", "--resume", "a"]).output.contains("resume last"))
    #expect(run(["greet", "-c", "f", "--resume=", "a"]).output.contains("resume last"))
  }

  @Test("After `--` everything is an argument, and `-` is one")
  func endOfOptions() {
    #expect(
      run(["greet", "-c", "-", "--", "--loud", "-x", "--"]).output.hasPrefix(
        "names [\"--loud\", \"-x\", \"--\"] config - "))
    #expect(run(["greet", "-c", "f", "-"]).output.hasPrefix("names [\"-\"]"))
  }

  @Test("A negative number is a value, an option's name is none")
  func values() {
    #expect(run(["greet", "--config", "-0.5", "a"]).output.contains("config -0.5 "))
    #expect(
      run(["greet", "a", "--config", "--loud"])
        == Outcome(
          code: .usage, output: "",
          errors: "error: `--config` needs a value\n  hint: write `--config FILE`" + tail))
  }

  @Test(
    "A wrong command line says what is wrong and exits with 2",
    arguments: [
      (["-c", "f"], "error: `hello greet` needs NAME: whom to greet"),
      (["a"], "error: `hello greet` needs `--config FILE`: the greeting"),
      (["a", "-c"], "error: `-c` needs a value\n  hint: write `--config FILE`"),
      (["a", "--config="], "error: `--config` needs a value\n  hint: write `--config FILE`"),
      (
        ["a", "--confg", "f"],
        "error: `hello greet` has no option `--confg`\n  hint: did you mean `--config`?"
      ),
      (["a", "-c", "f", "--mode"], "error: `hello greet` has no option `--mode`"),
      (["a", "-c", "f", "-x"], "error: `hello greet` has no option `-x`"),
      (["a", "-c", "f", "--loud=1"], "error: `--loud` takes no value\n  hint: write `--loud`"),
      (["a", "-c", "f", "-c", "g"], "error: `-c` is given twice\n  hint: remove one of them"),
      (
        ["a", "-c", "f", "-n", "x"],
        "error: `--times` cannot be `x`\n  hint: legal is a whole number, 1 to 9"
      ),
      (
        ["a", "-c", "f", "-n", "10"],
        "error: `--times` cannot be `10`\n  hint: legal is a whole number, 1 to 9"
      ),
      (
        ["--lod", "--zzz"],
        """
        error: `hello greet` has no option `--lod`
          hint: did you mean `--loud`?

        error: `hello greet` has no option `--zzz`

        error: `hello greet` needs NAME: whom to greet

        error: `hello greet` needs `--config FILE`: the greeting
        """
      ),
    ])
  func wrong(arguments: [String], errors: String) {
    #expect(
      run(["greet"] + arguments) == Outcome(code: .usage, output: "", errors: errors + tail))
  }

  @Test("A file that stands alone was meant for the one required option")
  func forgottenOption() throws {
    let declaration = CommandDeclaration(
      name: "train", abstract: "train",
      options: [.value("config", placeholder: "FILE", isRequired: true, help: "the file")])
    let error = #expect(throws: UsageError.self) {
      let parser = ArgumentParser(["a.yaml"], declaration: declaration, programName: "lockstep")
      _ = try parser.outcome()
    }
    #expect(
      error?.description == """
        error: `lockstep train` takes no argument `a.yaml`
          hint: did you mean `--config a.yaml`?
        """)
  }

  @Test("The value of an unknown option is not reported besides")
  func valueOfUnknownOption() {
    #expect(
      run(["test", "fail", "--mod", "data"]).errors == """
        error: `hello test fail` has no option `--mod`
          hint: did you mean `--mode`?

        Run `hello test fail --help` for what can be written.

        """)
  }
}

@Suite("Finding the command")
struct ProgramTests {
  @Test(
    "An unknown command comes before an unknown option, and gets a suggestion",
    arguments: [
      (["gret", "--bogus"], "`hello` has no command `gret`", "did you mean `hello greet`?"),
      (["--bogus", "gret"], "`hello` has no command `gret`", "did you mean `hello greet`?"),
      (["test", "fial"], "`hello` has no command `test fial`", "did you mean `hello test fail`?"),
      (["tset", "fail"], "`hello` has no command `tset`", "did you mean `hello test`?"),
      (["xyz"], "`hello` has no command `xyz`", "there is greet, test fail, test pass"),
      (["help", "gret"], "`hello` has no command `gret`", "did you mean `hello greet`?"),
      (
        ["test"], "`hello test` needs a second word",
        "there is `hello test fail`, `hello test pass`"
      ),
      (["--loud"], "a command is missing", "write `hello <command> …`"),
      (["--", "greet"], "a command is missing", "write `hello <command> …`"),
    ])
  func unknown(arguments: [String], message: String, hint: String) {
    let text =
      "error: \(message)\n  hint: \(hint)\n\nRun `hello --help` for what can be written.\n"
    #expect(run(arguments) == Outcome(code: .usage, output: "", errors: text))
  }

  @Test("A command of two words runs, and its exit code is passed on")
  func twoWords() {
    #expect(run("test", "pass") == Outcome(code: .done, output: "", errors: ""))
    #expect(run("test", "fail", "--mode", "data") == Outcome(code: .data, output: "", errors: ""))
  }

  @Test("What a command throws is written once and ends in its exit code")
  func failures() {
    #expect(
      run("test", "fail") == Outcome(code: .failed, output: "", errors: "error: the run failed\n"))
    let errors = TextBuffer()
    let program = Program(
      name: "hello", version: "1", abstract: "Hello.", commands: [FailCommand()],
      exitCode: { $0 is FailCommand.Failure ? .rankFailed : nil })
    let code = program.run(
      ["test", "fail"], in: CommandContext(output: TextBuffer(), errors: errors))
    #expect(code == .rankFailed)
  }

  @Test("Values of options are checked when they are read")
  func values() {
    #expect(
      run("test", "fail", "--mode", "dta").errors.hasPrefix(
        "error: `--mode` cannot be `dta`\n  hint: did you mean `data`? legal are failure, data\n"))
    #expect(
      run("test", "fail", "--seconds", "0").errors.hasPrefix(
        "error: `--seconds` cannot be `0`\n  hint: legal is a number above 0\n"))
    #expect(run("test", "fail", "--seconds", "1e-3").code == .failed)
  }

  @Test("A full output is reported")
  func fullOutput() {
    struct FullOutput: TextOutput {
      func write(_ text: String) throws { throw StreamError(reason: "No space left on device") }
    }
    let errors = TextBuffer()
    let program = Program(name: "hello", version: "1", abstract: "Hello.", commands: [])
    let code = program.run(["--version"], in: CommandContext(output: FullOutput(), errors: errors))
    #expect(code == .failed)
    #expect(errors.text == "error: output cannot be written: No space left on device\n")
    let deaf = CommandContext(output: FullOutput(), errors: FullOutput())
    #expect(program.run(["--version"], in: deaf) == .failed)
  }

  @Test("Exit codes are those of the contract")
  func exitCodes() {
    let codes: [ExitCode] = [
      .done, .failed, .usage, .data, .diverged, .rankFailed, .interrupted, .terminated,
    ]
    #expect(codes.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 130, 143])
  }
}
