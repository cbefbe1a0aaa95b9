/// Which values of the metric are better.
package enum Direction: String, Sendable, CaseIterable {
  /// Lower ones.
  case minimize
  /// Higher ones.
  case maximize

  /// Whether a value is better than another.
  package func isBetter(_ value: Double, than other: Double) -> Bool {
    switch self {
    case .minimize: value < other
    case .maximize: value > other
    }
  }

  /// A value as a cost, of which lower is better; infinite where it is no number.
  package func cost(_ value: Double) -> Double {
    if value.isNaN { return .infinity }
    return self == .minimize ? value : -value
  }
}

/// What is known of a study at a moment of its logical time: all that samplers and schedulers decide by.
package struct StudyState: Sendable {
  /// What is searched.
  package let space: SearchSpace
  /// Which values are better.
  package let direction: Direction
  /// What all random numbers are drawn from.
  package let seed: UInt64
  /// The budget of a whole training, in epochs or steps.
  package let fullBudget: Int
  /// How many trials there will be in all, at least 1.
  package internal(set) var trialLimit: Int
  /// The trials begun so far, by number.
  package internal(set) var trials: [Trial]

  /// Describes a study, without trials one that has not begun.
  package init(
    space: SearchSpace, direction: Direction, seed: UInt64, fullBudget: Int, trialLimit: Int,
    trials: [Trial] = []
  ) {
    self.space = space
    self.direction = direction
    self.seed = seed
    self.fullBudget = fullBudget
    self.trialLimit = trialLimit
    self.trials = trials
  }

  /// The completed trial with the best value, of equal ones the first; nil where none completed.
  package var best: Trial? { best(1).first.map { trials[$0] } }

  /// The best completed trials, the best one first.
  ///
  /// - Parameter count: how many; there are fewer where not so many completed.
  /// - Returns: their numbers.
  /// - Complexity: O(`trials.count`), unless each is better than those before it.
  package func best(_ count: Int) -> [Int] {
    var best: [Int] = []
    for trial in trials.indices where trials[trial].state == .completed {
      if best.count == count {
        guard let last = best.last, isAhead(trials[trial], of: trials[last]) else { continue }
        best.removeLast()
      }
      let place = best.firstIndex { isAhead(trials[trial], of: trials[$0]) } ?? best.endIndex
      best.insert(trial, at: place)
    }
    return best
  }

  /// Whether a trial came to the end of its training.
  package var hasCompleted: Bool { trials.contains { $0.state == .completed } }

  /// Whether a trial's last value is better than another's, or as good and earlier.
  package func isAhead(_ trial: Trial, of other: Trial) -> Bool {
    let costs = (cost(of: trial), cost(of: other))
    return costs.0 == costs.1 ? trial.number < other.number : costs.0 < costs.1
  }

  /// The last value that a trial had within a budget, as a cost; infinite where there is none.
  package func cost(of trial: Trial, within budget: Int = .max) -> Double {
    trial.value(at: budget).map(direction.cost) ?? .infinity
  }
}
