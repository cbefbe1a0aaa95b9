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

  /// A value as a cost, of which lower is better.
  package func cost(_ value: Double) -> Double {
    switch self {
    case .minimize: value
    case .maximize: -value
    }
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
  /// How many trials there will be in all.
  package let trialLimit: Int
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

  /// The trials that are ahead: a completed one with the best value, of equal ones the first; nil where none
  /// completed.
  package var best: Trial? {
    trials.filter { $0.state == .completed }.min { isAhead($0, of: $1) }
  }

  /// Whether a trial's last value is better than another's, or as good and earlier.
  package func isAhead(_ trial: Trial, of other: Trial) -> Bool {
    let costs = (cost(trial), cost(other))
    return costs.0 == costs.1 ? trial.number < other.number : costs.0 < costs.1
  }

  /// The last value as a cost; infinite where there is none.
  private func cost(_ trial: Trial) -> Double {
    trial.value.map(direction.cost) ?? .infinity
  }
}
