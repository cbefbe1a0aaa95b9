/// The value of a study's metric after a part of a trial's training.
package struct Report: Sendable, Equatable {
  /// How much of the training was done, in units of the budget (epochs or steps), from 1.
  package let budget: Int
  /// The metric.
  package let value: Double

  /// Notes a value.
  package init(budget: Int, value: Double) {
    self.budget = budget
    self.value = value
  }
}

/// How a trial stands.
package enum TrialState: Sendable, Equatable {
  /// It trains, up to a budget.
  case running(until: Int)
  /// It waits for its promotion; its parameters are kept.
  case paused
  /// It came to the end of its training.
  case completed
  /// The scheduler ended it early, or cannot promote it any more.
  case pruned
  /// It could not be trained, for a reason.
  case failed(String)

  /// The state in a word, as tables show it.
  package var word: String {
    switch self {
    case .running: "running"
    case .paused: "waiting"
    case .completed: "completed"
    case .pruned: "pruned"
    case .failed: "failed"
    }
  }

  /// Whether it is over, unless a larger study goes on with it.
  package var isOver: Bool {
    switch self {
    case .running, .paused: false
    case .completed, .pruned, .failed: true
    }
  }

  /// Whether it trains.
  package var isRunning: Bool {
    if case .running = self { true } else { false }
  }
}

/// One set of values and what came of it.
package struct Trial: Sendable, Equatable {
  /// Its place in the study, from 0.
  package let number: Int
  /// The values of the parameters.
  package let assignment: Assignment
  /// How it stands.
  package internal(set) var state: TrialState
  /// The values so far, by growing budget.
  package internal(set) var reports: [Report] = []

  /// The last value; nil where there is none yet.
  package var value: Double? { reports.last?.value }
  /// The budget of the last value, 0 where there is none.
  package var budget: Int { reports.last?.budget ?? 0 }

  /// Makes a trial.
  package init(
    number: Int, assignment: Assignment, state: TrialState, reports: [Report] = []
  ) {
    self.number = number
    self.assignment = assignment
    self.state = state
    self.reports = reports
  }

  /// The last value that was measured within a budget; nil where there is none.
  package func value(at budget: Int) -> Double? {
    reports.last { $0.budget <= budget }?.value
  }
}
