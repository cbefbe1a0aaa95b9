package import Checkpoints
internal import DataParallelism
internal import JSONText
internal import Optimizers
internal import Tensors

/// Keeps a run's records between steps: tells the observers, has checkpoints written, and puts back the
/// parameters of the best one.
///
/// One on each rank, used by its first lane alone.
package final class RunKeeper: StepBorders {
  private let session: TrainingSession
  private let writer: CheckpointWriter?
  private let observers: [any TrainingObserver]
  private let wants: (TrainingProgress) -> Bool
  private let start = Clock.now
  private var pauses = CheckpointPauses()
  /// On rank 0 of a run without a writer: a copy of the parameters that the end may restore.
  private var best: TensorSnapshot?

  /// Keeps a run's records.
  ///
  /// - Parameters:
  ///   - session: the run.
  ///   - writer: writes checkpoints; nil for none, and on all ranks but 0.
  ///   - observers: who hears of events; none on all ranks but 0.
  ///   - wants: whether a checkpoint that is due is to be written; asked on rank 0 alone. Without it all are, and
  ///     the memory that they take is reserved at once.
  /// - Throws: `CheckpointError` where the writer has no thread.
  package init(
    _ session: TrainingSession, writer: CheckpointWriter?, observers: [any TrainingObserver],
    wanting wants: ((TrainingProgress) -> Bool)? = nil
  ) throws {
    self.session = session
    self.writer = writer
    self.observers = observers
    self.wants = wants ?? { _ in true }
    guard wants == nil else { return }
    try writer?.reserveMemory(model: session.modelTensors, optimizer: session.optimizerTensors)
  }

  /// Seconds since the keeper was made.
  package var seconds: Double { Clock.now - start }

  /// Tells the observers; first of the checkpoint that was completed meanwhile, if there is one.
  ///
  /// - Throws: what an observer throws; what stopped the writing of a checkpoint.
  package func handle(_ event: TrainingEvent) throws {
    try tellOfCheckpoint(writer?.completed())
    try tell(event)
  }

  private func tell(_ event: TrainingEvent) throws {
    for observer in observers { try observer.handle(event) }
  }

  private func tellOfCheckpoint(_ write: CompletedWrite?) throws {
    guard let write else { return }
    for warning in write.checkpoint.warnings { try tell(.warning(warning)) }
    try tell(
      .checkpoint(step: write.step, path: write.checkpoint.path, seconds: write.seconds))
  }

  /// Compares the parameters of all ranks, and begins to write a checkpoint on rank 0.
  ///
  /// Collective.
  ///
  /// Nobody changes parameters or state while rank 0 copies them: every update comes after a meeting
  /// that the first lane of rank 0 joins, and this is what that lane does before the next one.
  ///
  /// - Throws: `ReplicaDriftError` where ranks differ; what stopped the writing of the checkpoint before.
  package func writeCheckpoint(_ progress: TrainingProgress) throws {
    let begin = Clock.now
    try session.exchange.compareParameters(step: progress.step)
    try session.exchange.gatherState()
    guard let writer else {
      keepBest(progress)
      return
    }
    guard wants(progress) else { return }
    try completeCheckpoint()
    let metric = session.plan.monitor.metric.rawValue
    try writer.begin(
      Checkpoint(
        step: progress.step, model: session.modelTensors, optimizer: session.optimizerTensors,
        state: TrainingState(session.plan, progress: progress).json,
        monitored: progress.monitored.map { MonitoredMetric(name: metric, value: $0) }))
    pauses.add(Clock.now - begin)
  }

  private func keepBest(_ progress: TrainingProgress) {
    guard session.exchange.rank == 0, session.plan.keeps(progress) else { return }
    let tensors = session.modelTensors
    let copy = best ?? TensorSnapshot(like: tensors)
    copy.copy(from: tensors)
    best = copy
  }

  /// Puts back the parameters of an earlier step, from its checkpoint or from memory.
  ///
  /// Collective.
  ///
  /// - Throws: `CheckpointError` where that checkpoint is damaged or gone; what stopped the writing of the
  ///   last one.
  package func restore(_ best: RestoredBest) throws {
    if let writer {
      try completeCheckpoint()
      try writer.store().load(step: best.step).restore(model: session.modelTensors)
    } else if let copy = self.best {
      for (copy, tensor) in zip(copy.tensors, session.modelTensors) {
        tensor.values.copy(from: copy.values)
      }
    }
    try session.exchange.scatterParametersAndState()
    try handle(.restored(best))
  }

  /// Waits for the checkpoint that is being written, if there is one, and tells the observers of it.
  ///
  /// - Throws: what stopped the writing; what an observer throws.
  package func completeCheckpoint() throws {
    try tellOfCheckpoint(writer?.wait())
  }

  /// Waits for the last checkpoint, and tells the observers what all of them cost.
  ///
  /// - Throws: what stopped the writing; what an observer throws.
  package func finish() throws {
    try completeCheckpoint()
    guard pauses.count > 0 else { return }
    pauses.runSeconds = seconds
    try tell(.checkpointsCompleted(pauses))
  }
}
