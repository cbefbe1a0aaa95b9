internal import HyperparameterSearch
internal import RunRecords
internal import StudyRecords

/// Writes down what a study decides, and knows what was written before.
struct StudyRecorder {
  private let store: StudyStore
  /// By trial: its state as it was written down last.
  private var written: [Int: TrialState] = [:]
  /// Trials that were found to have the values that were written down.
  private var checked = 0

  /// Goes on with what a store holds.
  init(_ store: StudyStore) throws {
    self.store = store
    for record in try store.trials { written[record.number] = record.state }
  }

  /// The result of a job, where it is known.
  func result(of job: Job) -> JobResult? {
    store.result(trial: job.trial, end: job.end)
  }

  /// Writes that some ranks begin a job.
  func begin(_ job: Job, ranks: Range<Int>) throws {
    try store.startJob(trial: job.trial, end: job.end, ranks: ranks, at: .now)
  }

  /// Writes what came of a job.
  func finish(_ job: Job, _ result: JobResult, cost: JobCost) throws {
    try store.finishJob(trial: job.trial, end: job.end, result, cost: cost)
  }

  /// Writes what has changed since the last time.
  ///
  /// - Throws: `StudyRecordsError`, also where a trial was written down with other values.
  mutating func write(_ study: StudyState) throws {
    for trial in study.trials.dropFirst(checked) { try store.check(trial) }
    checked = study.trials.count
    for trial in study.trials {
      let former = written[trial.number]
      if former == trial.state { continue }
      if former == nil || (former?.isOver == true && !trial.state.isOver) {
        try store.begin(trial)
      }
      if trial.state.isOver { try store.end(trial, at: .now) }
      written[trial.number] = trial.state
    }
  }
}
