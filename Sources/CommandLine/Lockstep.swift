/// The program `lockstep`: its name, version and commands.
package enum Lockstep {
  /// The program's version.
  package static let version = "0.1.0"

  /// The program.
  package static let program = Program(
    name: "lockstep", version: version,
    abstract: """
      Trains neural networks in data parallel over MPI; the number of ranks and threads never changes \
      the result, not even in the last bit.
      """,
    commands: [
      TrainCommand(), EvaluateCommand(), PredictCommand(), SummaryCommand(), ConfigCheckCommand(),
      ConformanceCommand(), BenchCommand(),
    ],
    exitCode: { Failure($0).exitCode })
}

extension TextOutput {
  /// Writes a text and ends the line.
  func line(_ text: String) throws { try write(text + "\n") }
}
