/// A part of a trial's training that one group of ranks does in one go.
package struct Job: Sendable, Equatable {
  /// Its place in the order in which the study began its jobs, from 0.
  package let number: Int
  /// The number of the trial.
  package let trial: Int
  /// The budget done when it begins, 0 for a fresh trial.
  package let start: Int
  /// The budget done when it ends.
  package let end: Int
  /// The logical time at which its result becomes known.
  package let due: Int

  /// Describes a job.
  package init(number: Int, trial: Int, start: Int, end: Int, due: Int) {
    self.number = number
    self.trial = trial
    self.start = start
    self.end = end
    self.due = due
  }
}

/// What came of a job.
package enum JobResult: Sendable, Equatable {
  /// It trained to its end; the values on the way, by growing budget, the last one at its end.
  case trained([Report])
  /// The training ended by itself before its full budget, as early stopping does; the trial is complete.
  case ended([Report])
  /// It could not go on, for a reason; the values until then.
  case failed([Report], reason: String)

  /// The values that it gave.
  package var reports: [Report] {
    switch self {
    case .trained(let reports), .ended(let reports), .failed(let reports, _): reports
    }
  }
}
