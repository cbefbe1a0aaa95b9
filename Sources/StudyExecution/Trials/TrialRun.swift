internal import Checkpoints
internal import Configuration
internal import Datasets
internal import HyperparameterSearch
internal import MessagePassing
internal import Networks
internal import Optimizers
internal import Training

/// One job's training: a session that begins where the trial was left, and ends at the job's end.
final class TrialRun {
  private let order: JobOrder
  private let study: StudyConfiguration
  private let group: World
  private let files: TrialFiles
  private let session: TrainingSession
  private let start: TrainingProgress
  private let recorder: MeasurementRecorder
  /// Steps of a unit of the budget.
  private let stepsPerUnit: Int
  /// The step that the job ends at; nil where it is the end of the training.
  private let pause: Int?
  private var notes: [String]

  /// Loads what the trial needs; collective over the group.
  ///
  /// - Throws: what is wrong with the trial, the same on all ranks; what the disk or other ranks do.
  init(
    _ order: JobOrder, study: StudyConfiguration, group: World, cache: DataCache, files: TrialFiles
  ) throws {
    self.order = order
    self.study = study
    self.group = group
    self.files = files
    var configuration = try group.together { try study.configuration(of: order.assignment) }
    configuration.train.checkpoint = CheckpointSettings(keepLast: 1, keepBest: 0)
    configuration.train.checkpoint.isPeriodic = study.checkpointEvery != nil
    let data = try group.together { [configuration] in try cache.data(of: configuration) }
    stepsPerUnit = Self.stepsPerUnit(study.budgetUnit, data: data, configuration.train)
    if let every = study.checkpointEvery {
      configuration.train.checkpoint.everySteps = every * stepsPerUnit
    }
    pause = order.job.end == study.fullBudget ? nil : order.job.end * stepsPerUnit
    // Only the first rank of the group has files.
    let found = group.rank == 0 ? try files.checkpoint(upTo: pause ?? .max) : FoundCheckpoint()
    notes = found.damaged.map { "trial \(order.job.trial): skipped \($0)" }
    if group.rank == 0, found.checkpoint == nil, order.job.start > 0 {
      notes.append(
        "trial \(order.job.trial) has no checkpoint of use: it is trained from its beginning")
    }
    let launch = TrainingLaunch(configuration, world: group) { _ in data }
    (session, start) = try launch.makeSession(goingOnFrom: found.checkpoint)
    recorder = MeasurementRecorder(
      metric: study.metric, stepsPerUnit: stepsPerUnit, earlier: found.measurements)
  }

  /// Steps done by this job so far.
  private(set) var steps = 0

  /// The values of the job so far.
  var reports: [Report] {
    recorder.measurements.filter { $0.budget > order.job.start && $0.budget <= order.job.end }
      .map { Report(budget: $0.budget, value: $0.value) }
  }

  /// Trains to the job's end; collective over the group.
  ///
  /// - Parameter observer: hears of each event; nil for nobody.
  /// - Returns: what came of it.
  /// - Throws: as ``TrialTraining/train(_:)``, and `TrainingError` where it diverges.
  func train(_ observer: (any TrainingObserver)?) throws -> JobReport {
    let counter = StepCounter()
    var observers: [any TrainingObserver] = []
    if group.rank == 0 { observers += [recorder, counter] }
    if let observer { observers.append(observer) }
    let keeper = try RunKeeper(
      session, writer: group.rank == 0 ? writer() : nil, observers: observers
    ) { [unowned self] in wants($0) }
    defer { steps = counter.steps }
    let end: TrainingEnd
    do {
      end =
        isTrained ? .paused : try session.run(from: start, until: pause, borders: keeper)
    } catch {
      try keeper.completeCheckpoint()
      throw error
    }
    if case .interrupted(let signal) = end { return report(.interrupted(signal: signal), counter) }
    let last = try measure(end)
    guard group.rank == 0 else { return report(.done(.trained([])), counter) }
    let result = result(end, last: last)
    return report(.done(result), counter)
  }

  /// Whether an earlier launch came to the job's end, but not to telling of it.
  private var isTrained: Bool {
    start.step == pause && session.plan.earlyStop(start) == nil
  }

  /// Frees what the ranks of the group share; collective.
  func close() throws {
    try session.close()
  }

  private func report(_ outcome: JobReport.Outcome, _ counter: StepCounter) -> JobReport {
    JobReport(
      job: order.job.number, outcome: outcome, steps: counter.steps, seconds: 0, notes: notes)
  }

  /// The value at the end where training did not note it: of restored parameters, between two validations, or within
  /// a unit of the budget.
  private func measure(_ end: TrainingEnd) throws -> Double? {
    guard study.metric.part == .validation, let validation = session.plan.data.validation else {
      return nil
    }
    let settings = session.plan.settings
    let every = settings.validateEverySteps ?? session.plan.batches.stepsPerEpoch
    let step = end == .paused ? pause : end.earlyStop?.step
    let isRestored = end != .paused && settings.earlyStopping?.restoresBest == true
    let isUnknown = step.map { $0 % every != 0 || $0 % stepsPerUnit != 0 } ?? false
    guard isRestored || isUnknown else { return nil }
    let sums = try session.evaluate(validation, step: step ?? session.plan.totalSteps)
    return study.metric.quantity.value(of: sums)
  }

  private func result(_ end: TrainingEnd, last: Double?) -> JobResult {
    var reports = self.reports
    let finite = reports.filter(\.value.isFinite)
    guard let value = last ?? recorder.measurements.last?.value else {
      return .failed(finite, reason: "\(study.metric.rawValue) was never measured")
    }
    guard value.isFinite else {
      return .failed(finite, reason: "\(study.metric.rawValue) is not a finite number")
    }
    switch end {
    case .stoppedEarly(let stop):
      let budget = (stop.step + stepsPerUnit - 1) / stepsPerUnit
      reports.removeAll { $0.budget >= budget }
      return .ended(reports + [Report(budget: budget, value: value)])
    case .completed, .paused, .interrupted:
      reports.removeAll { $0.budget >= order.job.end }
      return .trained(reports + [Report(budget: order.job.end, value: value)])
    }
  }

  private func writer() -> CheckpointWriter {
    CheckpointWriter(
      opening: { [files, plan = session.plan] in try files.openCheckpoints(plan.retention) },
      beforeEach: { [files, recorder] in try files.write(recorder.measurements) })
  }

  /// Whether a checkpoint that is due is worth writing: all on the way, at the end that of a trial among the best.
  private func wants(_ progress: TrainingProgress) -> Bool {
    let plan = session.plan
    let isLast = progress.step == plan.totalSteps || plan.earlyStop(progress) != nil
    if !isLast || plan.keeps(progress) { return true }
    guard order.keepsLast else { return false }
    guard let threshold = order.threshold, let value = recorder.measurements.last?.value else {
      return true
    }
    return !study.direction.isBetter(threshold, than: value)
  }

  private static func stepsPerUnit(
    _ unit: BudgetUnit, data: DataSplits, _ settings: TrainSettings
  ) -> Int {
    switch unit {
    case .steps: 1
    case .epochs:
      BatchPlan(
        sampleCount: data.train.count, globalBatch: settings.globalBatch,
        shards: settings.shards ?? StudyConfiguration.defaultShards
      ).stepsPerEpoch
    }
  }
}

/// Counts the steps of a job.
private final class StepCounter: TrainingObserver {
  private(set) var steps = 0

  func handle(_ event: TrainingEvent) {
    if case .step = event { steps += 1 }
  }
}
