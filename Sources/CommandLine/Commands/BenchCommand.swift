internal import Configuration
internal import DataParallelism
internal import DurableFiles
internal import JSONText
internal import MessagePassing
internal import RunRecords
internal import Training

/// The command `lockstep bench`.
struct BenchCommand: Command {
  static let declaration = CommandDeclaration(
    name: "bench", abstract: "measure how fast a configuration trains",
    discussion: """
      Trains from memory, without validation, records or checkpoints, in five timed blocks after a warm-up.
      """,
    options: ConfigurationOptions.declarations(isRequired: true) + [
      .value(
        "seconds", placeholder: "S", default: "5", help: "length of the timed blocks together"),
      .value("json", placeholder: "FILE", help: "write the figures to a file"),
    ],
    examples: [
      CommandExample(
        "mpirun -n 2 lockstep bench -c configs/fashion-mnist-mlp.yaml --json bench.json",
        "on two ranks")
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let seconds = try arguments.positiveNumber("seconds") ?? 5
    return try withWorld(describing: { Failure($0).inWorld }) { world in
      let configuration = try world.together { try ConfigurationOptions.load(arguments) }
      let (session, _) = try TrainingLaunch(configuration, world: world).makeSession()
      let result = try session.benchmark(seconds: seconds)
      try session.close()
      guard world.rank == 0 else { return .done }
      try context.output.line(Self.text(result))
      if let path = arguments.text("json") {
        try FileSystem().replaceFile(path, with: Array((result.json.text() + "\n").utf8))
      }
      return .done
    }
  }

  private static func text(_ result: BenchmarkResult) -> String {
    let blocks = result.blocks.map { NumberText.count($0) }.joined(separator: " ")
    return """
      \(NumberText.count(result.median)) samples/s, median of \(blocks); \
      \(NumberText.fixed(1e6 * Double(result.globalBatch) / result.median, decimals: 1)) us a step
      \(result.ranks) ranks x \(result.workers) workers; \
      \(NumberText.fixed(100 * result.exchangeShare, decimals: 1)) % of the time in the exchange of gradients
      first step done \(NumberText.fixed(result.startToFirstStep, decimals: 2)) s after the start; \
      peak memory \(NumberText.fixed(BenchmarkResult.peakResidentMebibytes, decimals: 1)) MiB a rank
      """ + (result.overlap.map { "\n\(text($0))" } ?? "")
  }

  private static func text(_ overlap: OverlapReport) -> String {
    let mode =
      switch overlap.mode {
      case .auto, .none: "messages travel after the backward pass"
      case .poll: "messages travel during the backward pass, carried between its operations"
      case .thread: "messages travel during the backward pass, carried by a thread"
      }
    guard let trial = overlap.trial else { return mode }
    func milliseconds(_ seconds: Double) -> String { NumberText.fixed(1e3 * seconds, decimals: 2) }
    return mode + " (trial: \(milliseconds(trial.chosen)) ms a step, without overlap "
      + "\(milliseconds(trial.none)) ms)"
  }
}
