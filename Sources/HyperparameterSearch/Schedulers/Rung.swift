/// A budget at which trials are compared.
struct Rung: Sendable, Equatable {
  /// The budget of the rung below, 0 for the lowest.
  let start: Int
  /// The budget.
  let budget: Int

  /// The rungs of growing budgets, the lowest first.
  static func ladder(_ budgets: [Int]) -> [Rung] {
    zip([0] + budgets, budgets).map(Rung.init(start:budget:))
  }

  /// Whether a trial has a value here.
  ///
  /// A training that ended by itself on the way here would not change any more, so its last value counts.
  func isReached(by trial: Trial) -> Bool {
    trial.budget >= budget || (trial.state == .completed && trial.budget > start)
  }

  /// Whether a trial waits here for its promotion.
  func holds(_ trial: Trial) -> Bool {
    trial.state == .paused && trial.budget == budget
  }

  /// Whether a trial trains that has not got here yet.
  func isApproached(by trial: Trial) -> Bool {
    trial.state.isRunning && trial.budget < budget
  }

  /// Those of some trials that have a value here, the best one first, of equal ones the earlier one.
  ///
  /// - Complexity: O(n log n).
  func ranking(of numbers: some Sequence<Int>, in study: StudyState) -> [Int] {
    numbers.filter { isReached(by: study.trials[$0]) }
      .map { (number: $0, cost: study.cost(of: study.trials[$0], within: budget)) }
      .sorted { ($0.cost, $0.number) < ($1.cost, $1.number) }
      .map(\.number)
  }
}
