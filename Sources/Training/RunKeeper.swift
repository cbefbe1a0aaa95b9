package import Checkpoints
internal import DataParallelism
internal import JSONText
internal import Networks

/// Keeps a run's records between steps: tells the observers and writes checkpoints.
///
/// One on each rank, used by its first lane alone.
package final class RunKeeper: StepBorders {
  private let session: TrainingSession
  private let store: CheckpointStore?
  private let observers: [any TrainingObserver]
  private let start = Clock.now

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
    try session.exchange.compareParameters()
    try session.exchange.gatherState()
    guard let store else { return }
    let monitored = progress.monitored(
      isClassification: session.plan.metrics == .accuracy)
    let written = try store.write(
      Checkpoint(
        step: progress.step, model: session.modelTensors, optimizer: session.optimizerTensors,
        state: TrainingState(session.plan, progress: progress).json, monitored: monitored))
    try handle(
      .checkpoint(step: progress.step, path: written.path, seconds: Clock.now - begin))
  }
}

extension TrainingProgress {
  /// The metric that decides which checkpoint is the best; nil where this step was not validated.
  func monitored(isClassification: Bool) -> MonitoredMetric? {
    guard let validation, validationStep == step else { return nil }
    return isClassification
      ? MonitoredMetric(name: "validation/accuracy", value: validation.accuracy)
      : MonitoredMetric(name: "validation/loss", value: validation.meanLoss)
  }
}
