internal import Configuration
internal import Diagnosis
internal import DurableFiles
internal import JSONText
internal import MessagePassing
internal import Training

/// The command `lockstep doctor`.
struct DoctorCommand: Command {
  static let declaration = CommandDeclaration(
    name: "doctor", abstract: "find what is wrong with the machines, and what mends it",
    discussion: """
      Alone it looks at this machine; started by mpirun, with the flags of a run, at all of the run's. It
      compares what must be the same on all ranks (program, oneDNN, instruction set, configuration, data),
      looks at cores, memory, limits, networks and the disk, and measures messages between hosts. Whatever
      is not as it should be is shown with the flag or command that mends it. The exit code is 1 where a
      check failed, else 0.
      """,
    options: ConfigurationOptions.declarations(isRequired: false) + [
      .value(
        "out", placeholder: "DIR", default: "runs", help: "folder that runs would be written to"),
      .value(
        "wait", placeholder: "S", default: "30",
        help: "how long the ranks may take to reach each other"),
      .value("json", placeholder: "FILE", help: "write the findings and all facts to a file"),
    ],
    examples: [
      CommandExample("lockstep doctor", "look at this machine"),
      CommandExample(
        "mpirun --hostfile hosts lockstep doctor -c configs/fashion-mnist-cnn.yaml",
        "look at all hosts of a run, before it"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let seconds = try arguments.positiveNumber("wait") ?? 30
    return try ConnectionWatch.watching(
      LaunchedRank.current, seconds: seconds,
      report: { text in
        // Whoever cannot read it is told by the exit code.
        try? context.output.line(text)
      },
      { watch in try examine(arguments, in: context, watch) })
  }

  private func examine(
    _ arguments: ParsedArguments, in context: CommandContext, _ watch: ConnectionWatch
  ) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      watch.reached()
      let configuration = Self.configuration(arguments)
      let job = try JobFacts.gather(
        world, configuration: configuration, folder: arguments.required("out"))
      let examination = Examination(job)
      if world.rank == 0 {
        try context.output.line(DiagnosisText.text(examination))
        if let path = arguments.text("json") {
          let text = examination.json.text(.indented) + "\n"
          try FileSystem().replaceFile(path, with: Array(text.utf8))
        }
      }
      return examination.count(of: .failed) == 0 ? .done : .failed
    }
  }

  /// The configuration, at the instruction-set level that it asks for; nil where none is named.
  private static func configuration(
    _ arguments: ParsedArguments
  ) -> Result<RunConfiguration, any Error>? {
    guard arguments.has("config") else { return nil }
    return Result {
      let configuration = try ConfigurationOptions.load(arguments)
      try configuration.train.settleInstructionSet()
      return configuration
    }
  }
}
