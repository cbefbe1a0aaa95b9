internal import Networks
package import RunRecords

/// Writes a run's curves: `metrics.jsonl` and TensorBoard's event file.
package final class MetricsObserver: TrainingObserver {
  private let log: MetricsLog
  private let tensorBoard: TensorBoardLog
  private let earlierSeconds: Double
  private let metrics: MetricSet

  /// Writes to opened logs.
  ///
  /// - Parameters:
  ///   - log: the run's metrics, with those of earlier launches.
  ///   - tensorBoard: the event file of this launch.
  ///   - metrics: what is recorded beside the loss.
  package init(_ log: MetricsLog, tensorBoard: TensorBoardLog, metrics: MetricSet) {
    self.log = log
    self.tensorBoard = tensorBoard
    self.metrics = metrics
    earlierSeconds = log.records.last?.wall ?? 0
  }

  /// Hears of an event.
  ///
  /// - Throws: `RunRecordsError` where a record cannot be written.
  package func handle(_ event: TrainingEvent) throws {
    switch event {
    case .log(let report): try write(report, split: "train")
    case .tensorNorms(let report): try write(report)
    case .epoch(let report):
      try write(report, split: "train_epoch")
      try flush()
    case .validation(let report): try write(report, split: "validation")
    case .test(let report):
      // A finished run that is launched again only tests once more.
      let isKnown = log.records.contains { $0.split == "test" && $0.step == report.step }
      if !isKnown { try write(report, split: "test") }
      try flush()
    case .checkpoint: try tensorBoard.flush()
    case .started, .step, .reducedLearningRate, .stoppedEarly, .restored, .checkpointsCompleted,
      .warning:
      break
    }
  }

  private func write(_ report: TrainingReport, split: String) throws {
    let record = MetricsRecord(
      step: report.step, epoch: report.epoch, wall: earlierSeconds + report.seconds, split: split,
      values: report.values(metrics))
    try log.append(record)
    try tensorBoard.add(record)
  }

  /// TensorBoard shows tags of one beginning together: `gradient_norm/dense_1.weight`.
  private func write(_ report: TensorNormsReport) throws {
    let record = MetricsRecord(
      step: report.step, epoch: report.epoch, wall: earlierSeconds + report.seconds,
      split: "monitor",
      values: report.tensors.flatMap { tensor in
        [
          MetricsRecord.Value("gradient_norm/\(tensor.name)", tensor.gradient),
          MetricsRecord.Value("weight_norm/\(tensor.name)", tensor.weight),
        ]
      })
    try log.append(record)
    for value in record.values { try tensorBoard.add(value.name, value.value, step: report.step) }
  }

  private func flush() throws {
    try log.synchronize()
    try tensorBoard.flush()
  }
}
