internal import MessagePassing

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
      ConformanceCommand(), BenchCommand(), EstimateCommand(), DoctorCommand(),
      GradientCheckCommand(), ReportCommand(), SweepCommand(), SweepStatusCommand(),
      SweepBestCommand(), SweepExportCommand(), SweepReportCommand(),
    ],
    exitCode: { Failure($0).exitCode }, willFail: failTogether)

  /// Ends a job of several ranks that all fail alike, as with a misspelt command, by one report.
  ///
  /// Does nothing where this process is alone, or where the command itself ended MPI already.
  private static func failTogether(text: String, code: ExitCode) {
    guard World.isLaunched else { return }
    let message = text.last == "\n" ? String(text.dropLast()) : text
    do {
      try withWorld(describing: { _ in
        WorldFailure(exitCode: code.rawValue, text: message, scope: .everyRank)
      }) { world in
        if world.size > 1 { throw UsageError(message, hint: nil, command: nil) }
      }
    } catch {
      // Without MPI every rank reports for itself.
      return
    }
  }
}

extension TextOutput {
  /// Writes a text and ends the line.
  func line(_ text: String) throws { try write(text + "\n") }
}
