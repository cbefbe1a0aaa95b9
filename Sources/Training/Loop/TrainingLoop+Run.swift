internal import Configuration
internal import DataParallelism
internal import Datasets
internal import Networks
internal import Optimizers
internal import Tensors

/// What the first lane of a rank does at the borders between steps.
package protocol StepBorders: AnyObject {
  /// Hears of an event; called on rank 0 only.
  func handle(_ event: TrainingEvent) throws
  /// Takes part in writing a checkpoint, which may go on in the background when this returns; called on
  /// the first lane of every rank.
  func writeCheckpoint(_ progress: TrainingProgress) throws
  /// Takes part in putting back the parameters of an earlier step, which had a checkpoint; called on the
  /// first lane of every rank, while no lane uses the parameters.
  func restore(_ best: RestoredBest) throws
  /// Completes what goes on in the background; called once, on the first lane of every rank, when all else
  /// is done.
  func finish() throws
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
  ///   - pause: the step after which it pauses; nil to go on to the end.
  ///   - borders: what the first lane of the rank does between steps; nil on other lanes.
  /// - Returns: how the run ended, the same on every lane.
  /// - Throws: ``TrainingError/diverged(step:what:tensor:)``; what `borders` throws; `DataParallelismError`.
  func run(
    lane: Int, worker: ShardWorker, from start: TrainingProgress, until pause: Int?,
    borders: (any StepBorders)?
  ) throws -> TrainingEnd {
    var progress = start
    var order = epochOrder(progress.step)
    while progress.step < plan.totalSteps, plan.earlyStop(progress) == nil {
      let step = progress.step
      if step % plan.batches.stepsPerEpoch == 0 { order = epochOrder(step) }
      let rate = plan.learningRate(step: step, reductions: progress.plateau.reductions)
      let (sums, flags) = try runStep(
        step, rate: rate, lane: lane, worker: worker, order: order, flags: stopFlags)
      try checkGradient(step: step)
      progress.add(sums)
      if let borders, exchange.rank == 0 {
        if monitors(after: progress.step) {
          try borders.handle(.tensorNorms(tensorNorms(progress, sums, borders)))
        }
        try report(progress, sums, rate: rate, to: borders)
      }
      try checkReplicas(progress.step, lane: lane)
      try measure(&progress, lane: lane, worker: worker, borders: borders)
      if isEpochEnd(progress.step) { progress.beginEpoch() }
      let ends = progress.step == plan.totalSteps || plan.earlyStop(progress) != nil
      if ends { progress.restoredStep = plan.restoredBest(progress)?.step }
      let stops = flags & Self.stopFlag != 0
      let pauses = progress.step == pause
      if checkpoints(after: progress.step) || plan.keeps(progress) || ends || stops || pauses {
        try writeCheckpoint(progress, lane: lane, borders: borders)
      }
      if ends { break }
      if stops { return .interrupted(signal: Int32(flags >> 8)) }
      if pauses { return .paused }
    }
    return try finish(progress, lane: lane, worker: worker, borders: borders)
  }

  /// Measures what is due after a step, and lets the plan decide by it.
  private func measure(
    _ progress: inout TrainingProgress, lane: Int, worker: ShardWorker,
    borders: (any StepBorders)?
  ) throws {
    let observer = exchange.rank == 0 ? borders : nil
    if isEpochEnd(progress.step) {
      let reduction = plan.take(
        progress.epochSums, of: .train, isDue: true, into: &progress)
      if let reduction { try observer?.handle(.reducedLearningRate(reduction)) }
    }
    let isDue = validates(after: progress.step)
    guard let validation = plan.data.validation, isDue || progress.step == plan.totalSteps
    else { return }
    let sums = try evaluate(validation, lane: lane, worker: worker, step: progress.step)
    progress.noteValidation(sums)
    let reduction = plan.take(sums, of: .validation, isDue: isDue, into: &progress)
    guard let observer else { return }
    try observer.handle(.validation(report(progress, sums, observer)))
    if let reduction { try observer.handle(.reducedLearningRate(reduction)) }
  }

  /// Puts back the best parameters where the run wants them, and tests.
  private func finish(
    _ end: TrainingProgress, lane: Int, worker: ShardWorker, borders: (any StepBorders)?
  ) throws -> TrainingEnd {
    var progress = end
    let observer = exchange.rank == 0 ? borders : nil
    let stop = plan.earlyStop(progress)
    if let stop { try observer?.handle(.stoppedEarly(stop)) }
    let best = plan.restoredBest(progress)
    if progress.restoredStep != best?.step {
      // The run ended when it was resumed, since it is to be shorter now than when it was stopped.
      progress.restoredStep = best?.step
      try writeCheckpoint(progress, lane: lane, borders: borders)
    }
    if let best {
      try exchange.barrier(lane: lane)
      try borders?.restore(best)
      try exchange.barrier(lane: lane)
    }
    if let test = plan.data.test {
      let sums = try evaluate(test, lane: lane, worker: worker, step: progress.step)
      if let observer { try observer.handle(.test(report(progress, sums, observer))) }
    }
    return stop.map(TrainingEnd.stoppedEarly) ?? .completed
  }

  private func writeCheckpoint(
    _ progress: TrainingProgress, lane: Int, borders: (any StepBorders)?
  ) throws {
    exchange.note(lane: lane, step: UInt64(progress.step), phase: .checkpoint)
    try borders?.writeCheckpoint(progress)
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

  private func isEpochEnd(_ step: Int) -> Bool { step % plan.batches.stepsPerEpoch == 0 }

  private func validates(after step: Int) -> Bool {
    step % (plan.settings.validateEverySteps ?? plan.batches.stepsPerEpoch) == 0
  }

  private func monitors(after step: Int) -> Bool {
    plan.settings.monitorEverySteps.map { step % $0 == 0 } ?? false
  }

  private func checkpoints(after step: Int) -> Bool {
    let checkpoint = plan.settings.checkpoint
    guard checkpoint.isPeriodic else { return false }
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
  private func checkGradient(step: Int) throws(TrainingError) {
    guard !exchange.gradientNorm.isFinite else { return }
    let name = exchange.firstNonFiniteGradient()?.name ?? "the parameters"
    throw TrainingError.diverged(
      step: step + 1, what: "gradient", tensor: "the gradient of \(name)")
  }

  /// Stops every rank where their parameters differ.
  ///
  /// Lanes that go on meanwhile only read parameters until the first one comes.
  private func checkReplicas(_ step: Int, lane: Int) throws {
    guard let every = driftCheckEverySteps, step % every == 0, lane == exchange.lanes.lowerBound
    else { return }
    try exchange.compareParameters(step: step)
  }

  private func report(
    _ progress: TrainingProgress, _ sums: LossSums, rate: Double, to borders: any StepBorders
  ) throws {
    var report = report(progress, sums, borders)
    report.gradientNorm = sums.weight > 0 ? exchange.gradientNorm / sums.weight : 0
    report.learningRate = rate
    try borders.handle(.step(report))
    if progress.step % plan.settings.logEverySteps == 0 { try borders.handle(.log(report)) }
    if isEpochEnd(progress.step) {
      report.sums = progress.epochSums
      try borders.handle(.epoch(report))
    }
  }

  private func report(
    _ progress: TrainingProgress, _ sums: LossSums, _ borders: any StepBorders
  ) -> TrainingReport {
    TrainingReport(
      step: progress.step, epoch: epoch(progress), sums: sums,
      gradientNorm: nil, seconds: borders.seconds)
  }

  /// The epoch that the last step belongs to, from 1.
  private func epoch(_ progress: TrainingProgress) -> Int {
    (progress.step + plan.batches.stepsPerEpoch - 1) / plan.batches.stepsPerEpoch
  }

  /// The norms of the tensors that are trained, in order of execution.
  private func tensorNorms(
    _ progress: TrainingProgress, _ sums: LossSums, _ borders: any StepBorders
  ) -> TensorNormsReport {
    let entries = exchange.arena.entries
    let trained = entries.indices.reversed().filter { plan.update.countsInNorm[$0] }
    return TensorNormsReport(
      step: progress.step, epoch: epoch(progress), seconds: borders.seconds,
      tensors: trained.map { index in
        TensorNormsReport.Tensor(
          name: entries[index].name,
          gradient: sums.weight > 0
            ? exchange.gradientNorm(ofTensor: index) / sums.weight : 0,
          weight: exchange.parameterNorm(ofTensor: index))
      })
  }
}
