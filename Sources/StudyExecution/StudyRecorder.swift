internal import HyperparameterSearch
internal import RunRecords
internal import StudyRecords

/// Writes down what a study decides, and knows what was written before.
struct StudyRecorder {
  private let store: StudyStore
  /// By trial: its state as it was written down last.
  private var written: [Int: TrialState] = [:]

  /// Goes on with what a store holds.
  init(_ store: StudyStore) throws {
    self.store = store
    for record in try store.trials { written[record.number] = record.state }
  }

  /// The result of a job, where it is known.
  func result(of job: Job) -> JobResult? {
    store.result(trial: job.trial, end: job.end)
  }

  /// Writes that a job begins.
  func begin(_ job: Job) throws {
    _ = try store.startJob(trial: job.trial, end: job.end)
  }

  /// Writes what came of a job.
  func finish(_ job: Job, _ result: JobResult, cost: JobCost) throws {
    try store.finishJob(trial: job.trial, end: job.end, result, cost: cost)
  }

  /// Writes what has changed since the last time.
  mutating func write(_ study: StudyState) throws {
    for trial in study.trials {
      let former = written[trial.number]
      if former == trial.state { continue }
      if former == nil || (former?.isOver == true && !trial.state.isOver) {
        try store.begin(trial, at: .now)
      }
      if trial.state.isOver { try store.end(trial, at: .now) }
      written[trial.number] = trial.state
    }
  }
}
