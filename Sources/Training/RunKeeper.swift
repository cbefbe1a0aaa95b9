package import Checkpoints
internal import DataParallelism
internal import JSONText
internal import Optimizers
internal import Tensors

/// Keeps a run's records between steps: tells the observers, writes checkpoints, and puts back the
/// parameters of the best one.
///
/// One on each rank, used by its first lane alone.
package final class RunKeeper: StepBorders {
  private let session: TrainingSession
  private let store: CheckpointStore?
  private let observers: [any TrainingObserver]
  private let start = Clock.now
  /// On rank 0 of a run without a store: a copy of the parameters that the end may restore.
  private var best: [FloatStorage] = []

  /// Keeps a run's records.
  ///
  /// - Parameters:
  ///   - session: the run.
  ///   - store: where checkpoints go; nil for none, and on all ranks but 0.
  ///   - observers: who hears of events; none on all ranks but 0.
  package init(
    _ session: TrainingSession, store: CheckpointStore?, observers: [any TrainingObserver]
  ) {
    self.session = session
    self.store = store
    self.observers = observers
  }

  /// Seconds since the keeper was made.
  package var seconds: Double { Clock.now - start }

  /// Tells the observers.
  package func handle(_ event: TrainingEvent) throws {
    for observer in observers { try observer.handle(event) }
  }

  /// Compares the parameters of all ranks, and writes a checkpoint on rank 0.
  ///
  /// Collective.
  ///
  /// - Throws: `ReplicaDriftError` where ranks differ; `CheckpointError` where the disk refuses.
  package func writeCheckpoint(_ progress: TrainingProgress) throws {
    let begin = Clock.now
    try session.exchange.compareParameters(step: progress.step)
    try session.exchange.gatherState()
    guard let store else {
      keepBest(progress)
      return
    }
    let metric = session.plan.monitor.metric.rawValue
    let written = try store.write(
      Checkpoint(
        step: progress.step, model: session.modelTensors, optimizer: session.optimizerTensors,
        state: TrainingState(session.plan, progress: progress).json,
        monitored: progress.monitored.map { MonitoredMetric(name: metric, value: $0) }))
    try handle(
      .checkpoint(step: progress.step, path: written.path, seconds: Clock.now - begin))
  }

  private func keepBest(_ progress: TrainingProgress) {
    guard session.exchange.rank == 0, session.plan.keeps(progress) else { return }
    let tensors = session.modelTensors
    if best.isEmpty { best = tensors.map { FloatStorage(count: $0.values.count) } }
    for (copy, tensor) in zip(best, tensors) { copy.view.copy(from: tensor.values) }
  }

  /// Puts back the parameters of an earlier step, from its checkpoint or from memory.
  ///
  /// Collective.
  ///
  /// - Throws: `CheckpointError` where that checkpoint is damaged or gone.
  package func restore(_ best: RestoredBest) throws {
    if let store {
      try store.load(step: best.step).restore(model: session.modelTensors)
    } else if session.exchange.rank == 0 {
      for (copy, tensor) in zip(self.best, session.modelTensors) {
        tensor.values.copy(from: copy.view)
      }
    }
    try session.exchange.scatterParametersAndState()
    try handle(.restored(best))
  }
}
