/// What a study knows of its trials at one budget, as costs that can be compared.
struct TrialCosts {
  /// Values and their costs: of mean 0 and deviation 1, lower ones better.
  let known: [(assignment: Assignment, cost: Double)]
  /// Values whose costs are not known yet.
  let pending: [Assignment]

  /// Trials that are learned from: beyond them the best and the newest ones.
  private static let limit = 200

  /// Collects the costs at the largest budget that enough trials came to; nil where there is none.
  ///
  /// A trial that failed costs as much as the worst one, since its values are worth no second try. Costs far above
  /// the middle ones are cut: how bad they are tells nothing of where the best is.
  ///
  /// - Parameters:
  ///   - study: what is known.
  ///   - count: trials that are enough.
  init?(_ study: StudyState, atLeast count: Int) {
    func reach(_ trial: Trial) -> Int {
      switch trial.state {
      case .completed: study.fullBudget
      case .failed: 0
      default: trial.budget
      }
    }
    let reached = study.trials.map(reach).filter { $0 > 0 }.sorted(by: >)
    guard reached.count >= count else { return nil }
    let budget = reached[count - 1]

    var measured: [(trial: Trial, cost: Double)] = []
    var pending: [Trial] = []
    var failed: [Trial] = []
    for trial in study.trials {
      if case .failed = trial.state {
        failed.append(trial)
      } else if reach(trial) >= budget, let value = trial.value(at: budget) {
        measured.append((trial, study.direction.cost(value)))
      } else if case .running = trial.state {
        pending.append(trial)
      }
    }
    let costs = measured.map(\.cost).filter(\.isFinite).sorted()
    guard let least = costs.first, let worst = costs.last else { return nil }
    let middle = costs[costs.count / 2]
    let highest = min(worst, middle + 2 * (middle - least))
    let kept = Self.selection(
      measured.map { ($0.trial, min($0.cost.isFinite ? $0.cost : highest, highest)) }
        + failed.map { ($0, highest) })
    known = Self.standardized(kept)
    self.pending = pending.map(\.assignment)
  }

  /// Of too many trials the better half of those allowed and the newest others, by number.
  private static func selection(_ costs: [(Trial, Double)]) -> [(trial: Trial, cost: Double)] {
    let all = costs.sorted { ($0.1, $0.0.number) < ($1.1, $1.0.number) }
    let best = all.prefix(limit / 2)
    let newest = all.dropFirst(limit / 2).sorted { $0.0.number > $1.0.number }.prefix(limit / 2)
    return (best + newest).sorted { $0.0.number < $1.0.number }
  }

  private static func standardized(
    _ costs: [(trial: Trial, cost: Double)]
  ) -> [(assignment: Assignment, cost: Double)] {
    let count = Double(costs.count)
    let mean = costs.reduce(0) { $0 + $1.cost } / count
    let variance = costs.reduce(0) { $0 + ($1.cost - mean) * ($1.cost - mean) } / count
    let scale = variance > 0 ? 1 / variance.squareRoot() : 1
    return costs.map { ($0.trial.assignment, ($0.cost - mean) * scale) }
  }
}
