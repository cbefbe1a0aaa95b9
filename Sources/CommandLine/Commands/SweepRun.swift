internal import Configuration
internal import DurableFiles
internal import HyperparameterSearch
internal import MessagePassing
internal import Optimizers
internal import Options
internal import RunRecords
internal import StudyExecution
internal import StudyRecords
internal import Training

/// One launch of `lockstep sweep`, from its arguments to its exit code.
struct SweepRun {
  private let study: StudyConfiguration
  private let world: World
  private let context: CommandContext
  private let cache = DataCache()
  private let arguments: ParsedArguments
  private let style: ProgressStyle

  init(_ arguments: ParsedArguments, world: World, context: CommandContext) throws {
    self.world = world
    self.context = context
    self.arguments = arguments
    try world.together {
      if try arguments.integer("dead-rank", in: 0...) != nil, !arguments.has("resume") {
        throw UsageError(
          "`--dead-rank` goes with `--resume`: a new study has lost no rank",
          hint: "write --resume, or leave out --dead-rank", command: "sweep")
      }
    }
    study = try world.together {
      try StudyConfiguration(
        path: ConfigurationOptions.path(arguments), overrides: arguments.texts("set"))
    }
    style = try arguments.progressStyle
    let ranks = min(study.ranksPerTrial, world.size)
    try world.together { [study, cache] in
      try StudyCheck(study, cache: cache, ranks: ranks).run()
    }
  }

  /// Runs the study, and keeps all records.
  func execute() throws -> ExitCode {
    let groups = try TrialGroups(world, ranksPerTrial: study.ranksPerTrial)
    let files = try world.together {
      let data = try cache.data(of: study.baseConfiguration)
      return world.rank == 0 ? try StudyFiles(study, data: data, arguments) : nil
    }
    let trialsFolder = try world.communicator.allGather(text: files?.folder.trialsPath ?? "")[0]
    let code: ExitCode
    if let files {
      for (trial, deaths) in files.charged {
        let end =
          deaths < StudyStore.deathLimit
          ? "is tried once more" : "has failed: it was the second time"
        try context.errors.line("warning: trial \(trial), which a rank died of, \(end)")
      }
      let console = SweepConsole(study, groups: groups, style: style)
      let run = try StudyRun(
        study, groups: groups, cache: cache, store: files.store, trialsFolder: trialsFolder,
        observers: [console])
      let end = try run.run()
      console.close()
      code = try finish(end, files)
    } else {
      let worker = TrialWorker(study, groups: groups, cache: cache, trialsFolder: trialsFolder)
      code = try worker.run().map(ExitCode.init(signal:)) ?? .done
    }
    try groups.leave()
    return code
  }

  private func finish(_ end: StudyEnd, _ files: StudyFiles) throws -> ExitCode {
    try files.store.close()
    switch end {
    case .interrupted(_, let signal):
      try context.output.line(
        "stopped by signal \(signal); all is kept. Go on with --resume=\(files.folder.path)")
      return ExitCode(signal: signal)
    case .finished(let state):
      guard let best = state.best else {
        try context.output.line("study folder  \(files.folder.path)")
        throw SweepError.noTrialCompleted(reasons: state.trials.compactMap(\.failure))
      }
      try files.writeBest(best, of: study)
      for line in summary(best, state, files) { try context.output.line(line) }
      return .done
    }
  }
}

extension SweepRun {
  /// The winner, and what to do with it.
  private func summary(_ best: Trial, _ state: StudyState, _ files: StudyFiles) -> [String] {
    let values = zip(study.space.parameters, best.assignment).compactMap { parameter, value in
      value.map { "  \(parameter.name)  \(parameter.text(for: $0))" }
    }
    let value = best.value.map(NumberText.metric) ?? ""
    return ["best trial   \(best.number): \(study.metric.rawValue) \(value)"] + values + [
      "train it     lockstep train -c \(files.folder.bestPath)",
      "study folder \(files.folder.path)",
    ]
  }
}

extension Trial {
  /// Why it failed; nil where it did not.
  fileprivate var failure: String? {
    if case .failed(let reason) = state { reason } else { nil }
  }
}

/// Why a study came to nothing.
enum SweepError: Error, CustomStringConvertible {
  /// Every trial failed or was ended early; the reasons of those that failed.
  case noTrialCompleted(reasons: [String])

  var description: String {
    switch self {
    case .noTrialCompleted(let reasons):
      let counts = Dictionary(grouping: reasons) { $0 }.mapValues(\.count)
      let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      return "no trial was completed"
        + (most.map { "; the most frequent reason (\($0.value) of \(reasons.count)): \($0.key)" }
          ?? "")
        + "\n  hint: narrow the space, or let the base be one that trains"
    }
  }
}
