internal import HyperparameterSearch
internal import RunRecords

/// How a study stands, and how long it may last, in numbers.
struct SweepSummary: Equatable {
  /// Trials that there will be in all.
  var limit = 0
  /// Trials that are over, the pruned and failed ones included.
  var done = 0
  /// Trials that the scheduler ended.
  var pruned = 0
  /// Trials that could not be trained.
  var failed = 0
  /// Units of budget that all trials may still take, those not begun included.
  var remaining = 0

  /// Nothing is known yet.
  init() {}

  /// Counts the trials of a study.
  ///
  /// - Complexity: linear in the number of trials.
  init(_ study: StudyState) {
    limit = study.trialLimit
    remaining = max(0, limit - study.trials.count) * study.fullBudget
    for trial in study.trials {
      switch trial.state {
      case .completed: break
      case .pruned: pruned += 1
      case .failed: failed += 1
      case .running, .paused: remaining += study.fullBudget - trial.budget
      }
      if trial.state.isOver { done += 1 }
    }
  }
}

/// How fast jobs go, by those that ended.
struct SweepPace: Equatable {
  private var seconds = 0.0
  private var units = 0

  /// Notes a job.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - result: what came of it.
  ///   - seconds: what it took.
  mutating func add(_ job: Job, _ result: JobResult, seconds: Double) {
    let reached =
      switch result {
      case .trained: job.end
      case .ended(let reports), .failed(let reports, _): reports.last?.budget ?? job.start
      }
    self.seconds += seconds
    units += max(0, reached - job.start)
  }

  /// Seconds that a group needs for a unit of budget; nil where no job has shown it.
  var secondsPerUnit: Double? { units > 0 ? seconds / Double(units) : nil }

  /// Seconds to the end of a study.
  ///
  /// - Parameters:
  ///   - units: units of budget that are not done yet.
  ///   - elapsed: seconds that jobs which run have taken so far, all together.
  ///   - groups: groups that train at the same time.
  /// - Returns: the seconds; nil where no job has ended yet.
  func remaining(units: Int, elapsed: Double, groups: Int) -> Double? {
    secondsPerUnit.map { max(0, $0 * Double(units) - elapsed) / Double(max(1, groups)) }
  }
}
