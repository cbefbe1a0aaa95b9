internal import Checkpoints
internal import Configuration
internal import DataParallelism
internal import Datasets
internal import FlightRecords
internal import MessagePassing
internal import Networks
internal import Operators
internal import RunRecords
internal import Training

/// One launch of `lockstep train`, from its arguments to its exit code.
struct TrainingRun {
  private let configuration: RunConfiguration
  private let world: World
  private let context: CommandContext
  private let printsHash: Bool
  /// Where a trace goes at the end; nil for none.
  private let tracePath: String?
  private let reporter: ProgressReporter
  private let root: String
  /// The file to write the run folder's path to; nil for none.
  private let runFile: String?
  /// The run folder to go on in; nil for a new one.
  ///
  /// Only rank 0 knows it.
  private let resumed: ResumedRun?

  init(_ arguments: ParsedArguments, world: World, context: CommandContext) throws {
    self.world = world
    self.context = context
    printsHash = arguments.has("hash")
    tracePath = arguments.text("trace")
    let root = arguments.required("out")
    self.root = root
    runFile = arguments.text("run-file")
    reporter = ProgressReporter(style: try arguments.progressStyle)
    (configuration, resumed) = try world.together {
      let configuration = try ConfigurationOptions.load(arguments)
      guard arguments.has("resume"), world.rank == 0 else { return (configuration, nil) }
      let resumed = try ResumedRun(
        named: arguments.text("resume") ?? "", root: root, name: configuration.name)
      return (configuration, resumed)
    }
  }

  /// Trains, and keeps all records.
  func execute() throws -> ExitCode {
    for line in resumed?.warnings ?? [] { try context.errors.line("warning: \(line)") }
    let launch = TrainingLaunch(configuration, world: world)
    let (session, progress) = try launch.makeSession(goingOnFrom: resumed?.checkpoint)
    let description = session.description(name: configuration.name, from: progress)
    var records: RunFiles?
    let code: ExitCode
    do {
      records = try world.together { try makeRecords(session, description) }
      try recordFlight(session, records)
      let end = try train(session, from: progress, description: description, records: records)
      code = try finish(session, end: end, records: records)
    } catch {
      reporter.close()
      do {
        try records?.end(.failed, reason: "\(error)")
      } catch {
        // What ended the run matters more.
        try context.errors.line("warning: the end of the run was not recorded: \(error)")
      }
      throw error
    }
    if let tracePath, let records {
      try FlightTexts.writeTrace(
        FlightFolder(records.folder.flightPath), to: tracePath, warnings: context.errors)
    }
    return code
  }

  /// Opens the records on rank 0.
  private func makeRecords(
    _ session: TrainingSession, _ description: RunDescription
  ) throws -> RunFiles? {
    guard world.rank == 0 else { return nil }
    return try RunFiles(
      configuration, description: description, resumed: resumed, root: root, runFile: runFile,
      host: world.hostName, plan: session.plan)
  }

  /// Records from now on in the run folder what each rank does; a rank that cannot goes on without.
  private func recordFlight(_ session: TrainingSession, _ records: RunFiles?) throws {
    if let error = try session.recordFlight(in: records?.folder.flightPath ?? "") {
      world.warn("\(error)")
    }
  }

  private func train(
    _ session: TrainingSession, from progress: TrainingProgress, description: RunDescription,
    records: RunFiles?
  ) throws -> TrainingEnd {
    var observers: [any TrainingObserver] = []
    if let records {
      observers.append(ConsoleObserver(reporter, epochs: configuration.epochs))
      observers += [records.metrics, records]
    }
    let keeper = try RunKeeper(session, writer: records?.checkpoints, observers: observers)
    if world.rank == 0 { try keeper.handle(.started(description)) }
    do {
      return try session.run(from: progress, borders: keeper)
    } catch {
      // The checkpoint under way is of a step before the error, and as good as any.
      do {
        try keeper.completeCheckpoint()
      } catch let second {
        try context.errors.line("warning: \(second)")
      }
      throw error
    }
  }

  private func finish(
    _ session: TrainingSession, end: TrainingEnd, records: RunFiles?
  ) throws -> ExitCode {
    reporter.close()
    let hash = printsHash ? weightsHash(session.modelTensors) : nil
    try session.close()
    guard let records else { return end.exitCode }
    switch end {
    case .completed:
      try records.end(.finished, reason: "all \(session.plan.totalSteps) steps done")
      try context.output.line("run folder  \(records.folder.path)")
    case .stoppedEarly(let stop):
      try records.end(.finished, reason: stop.description)
      try context.output.line("run folder  \(records.folder.path)")
    case .interrupted(let signal):
      try records.end(.interrupted, reason: "signal \(signal)")
      try context.output.line(
        "stopped by signal \(signal); a checkpoint was written. Go on with --resume=\(records.folder.path)"
      )
    case .paused: preconditionFailure("a run that was given no step to pause at has paused")
    }
    if let hash { try context.output.line("weights \(hash)") }
    return end.exitCode
  }

}

extension TrainingEnd {
  /// How the process ends.
  var exitCode: ExitCode {
    switch self {
    case .completed, .stoppedEarly, .paused: .done
    case .interrupted(let signal): ExitCode(signal: signal)
    }
  }
}

extension RunConfiguration {
  /// The number of epochs; nil for a run by steps.
  var epochs: Int? {
    if case .epochs(let epochs) = train.length { return epochs }
    return nil
  }
}
