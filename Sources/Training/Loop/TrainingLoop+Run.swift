internal import Configuration
internal import DataParallelism
internal import Datasets
internal import Networks
internal import Synchronization
internal import Tensors

/// What the first lane of a rank does at the borders between steps.
package protocol StepBorders: AnyObject {
  /// Hears of an event; called on rank 0 only.
  func handle(_ event: TrainingEvent) throws
  /// Takes part in writing a checkpoint; called on the first lane of every rank.
  func writeCheckpoint(_ progress: TrainingProgress) throws
  /// Seconds since the run began.
  var seconds: Double { get }
}

extension TrainingLoop {
  /// The flag of a rank that a signal asks to stop; the signal's number is in the bits above.
  static var stopFlag: UInt64 { 1 }

  /// Walks through the run's steps on one lane.
  ///
  /// - Parameters:
  ///   - lane: the lane.
  ///   - worker: the lane's programs.
  ///   - start: where the run goes on from.
  ///   - borders: what the first lane of the rank does between steps; nil on other lanes.
  /// - Returns: how the run ended, the same on every lane.
  /// - Throws: ``TrainingError/diverged(step:what:tensor:)``; what `borders` throws; `DataParallelismError`.
  func run(
    lane: Int, worker: ShardWorker, from start: TrainingProgress, borders: (any StepBorders)?
  ) throws -> TrainingEnd {
    var progress = start
    var order = epochOrder(progress.step)
    let isObserved = exchange.rank == 0
    while progress.step < plan.totalSteps {
      let step = progress.step
      if step % plan.batches.stepsPerEpoch == 0 { order = epochOrder(step) }
      let (sums, flags) = try runStep(
        step, lane: lane, worker: worker, order: order, flags: stopFlags)
      try checkGradient(step: step, lane: lane)
      progress.add(sums)
      let isEpochEnd = progress.step % plan.batches.stepsPerEpoch == 0
      if let borders, isObserved {
        let norm = sums.weight > 0 ? exchange.gradientNorm / sums.weight : 0
        try report(progress, sums, norm: norm, isEpochEnd: isEpochEnd, to: borders)
      }
      let isLast = progress.step == plan.totalSteps
      if let validation = plan.data.validation, validates(after: progress.step) || isLast {
        let result = try evaluate(validation, lane: lane, worker: worker, step: progress.step)
        progress.noteValidation(result, isClassification: plan.metrics == .accuracy)
        if isObserved {
          try borders?.handle(.validation(self.report(progress, result, borders)))
        }
      }
      if isEpochEnd { progress.beginEpoch() }
      let stops = flags & Self.stopFlag != 0
      if checkpoints(after: progress.step) || isLast || stops {
        exchange.note(lane: lane, step: UInt64(progress.step), phase: .checkpoint)
        try borders?.writeCheckpoint(progress)
      }
      if stops && !isLast { return .interrupted(signal: Int32(flags >> 8)) }
    }
    if let test = plan.data.test {
      let result = try evaluate(test, lane: lane, worker: worker, step: progress.step)
      if isObserved { try borders?.handle(.test(report(progress, result, borders))) }
    }
    return .completed
  }

  /// The order of samples in the epoch of a step.
  func epochOrder(_ step: Int) -> EpochPermutation {
    EpochPermutation(
      count: plan.data.train.count, seed: plan.seed, epoch: step / plan.batches.stepsPerEpoch)
  }

  /// What this rank makes known to all: a signal, once it was received.
  private var stopFlags: UInt64 {
    StopRequest.signal.map { Self.stopFlag | UInt64($0) << 8 } ?? 0
  }

  private func validates(after step: Int) -> Bool {
    step % (plan.settings.validateEverySteps ?? plan.batches.stepsPerEpoch) == 0
  }

  private func checkpoints(after step: Int) -> Bool {
    let checkpoint = plan.settings.checkpoint
    if let every = checkpoint.everySteps, step % every == 0 { return true }
    guard let every = checkpoint.everyEpochs ?? (checkpoint.everySteps == nil ? 1 : nil) else {
      return false
    }
    let (epoch, left) = step.quotientAndRemainder(dividingBy: plan.batches.stepsPerEpoch)
    return left == 0 && epoch % every == 0
  }

  /// Stops every lane where the summed gradient is not finite.
  ///
  /// The parameters have moved by then; they are never written to a checkpoint.
  private func checkGradient(step: Int, lane: Int) throws {
    guard !exchange.gradientNorm.isFinite else { return }
    if lane == exchange.lanes.lowerBound {
      let name = try exchange.firstNonFiniteGradient()?.name ?? "the parameters"
      nonFiniteGradient.withLock { $0 = name }
    }
    // Every lane waits for the name: the first of a rank to throw speaks for all.
    try exchange.barrier(lane: lane)
    throw TrainingError.diverged(
      step: step + 1, what: "gradient",
      tensor: "the gradient of \(nonFiniteGradient.withLock { $0 })")
  }

  private func report(
    _ progress: TrainingProgress, _ sums: LossSums, norm: Double, isEpochEnd: Bool,
    to borders: any StepBorders
  ) throws {
    var report = report(progress, sums, borders)
    report.gradientNorm = norm
    try borders.handle(.step(report))
    if progress.step % plan.settings.logEverySteps == 0 { try borders.handle(.log(report)) }
    if isEpochEnd {
      report.sums = progress.epochSums
      try borders.handle(.epoch(report))
    }
  }

  private func report(
    _ progress: TrainingProgress, _ sums: LossSums, _ borders: (any StepBorders)?
  ) -> TrainingReport {
    TrainingReport(
      step: progress.step,
      epoch: (progress.step + plan.batches.stepsPerEpoch - 1) / plan.batches.stepsPerEpoch,
      sums: sums, gradientNorm: nil, seconds: borders?.seconds ?? 0)
  }
}
