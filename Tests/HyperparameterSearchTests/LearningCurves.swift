import Glibc
import HyperparameterSearch
import TestSupport

/// A made-up task: what a training gives is a function of the trial's values, the budget and a seed.
struct LearningCurves: Sendable {
  /// What all curves are drawn from.
  let seed: UInt64
  /// How many of a hundred trials fail at some budget.
  var failures = 0
  /// How many of a hundred trials end by themselves at some budget.
  var endings = 0
  /// How much values are off, at most.
  var noise = 0.02
  /// The budget within which trials fail or end.
  var fullBudget = 1

  /// The value of a trial after a budget: it falls to a floor that depends on the trial's values, in a time that does
  /// too, and not evenly.
  func value(of assignment: Assignment, after budget: Int) -> Double {
    var draws = draws(for: assignment)
    let rate = 0.05 + 0.5 * draws.unit()
    let start = 2 + draws.unit()
    let floor = Self.floor(of: assignment)
    var noises = Random(seed: draws.next() &+ UInt64(budget))
    return floor + (start - floor) * exp(-rate * Double(budget)) + noise * (noises.unit() - 0.5)
  }

  /// What a trial's values are worth when all is learnt: the squared distance from a point.
  static func floor(of assignment: Assignment) -> Double {
    assignment.reduce(0) { sum, value in
      guard case .float(let number)? = value else { return sum }
      return sum + (number - 0.3) * (number - 0.3)
    }
  }

  /// The result of a job.
  func result(of job: Job, _ assignment: Assignment) -> JobResult {
    var draws = draws(for: assignment)
    for _ in 0..<3 { _ = draws.next() }
    let failure = draws.below(100) < failures ? 1 + draws.below(fullBudget) : .max
    let ending = draws.below(100) < endings ? 1 + draws.below(fullBudget) : .max
    let reports = (job.start + 1...job.end).map {
      Report(budget: $0, value: value(of: assignment, after: $0))
    }
    if failure <= min(ending, job.end) {
      return .failed(reports.filter { $0.budget < failure }, reason: "failed at \(failure)")
    }
    return ending < job.end ? .ended(reports.filter { $0.budget <= ending }) : .trained(reports)
  }

  /// Two parameters from 0 to 1.
  static let space = SearchSpace(
    ["x", "y"].map { Parameter($0, .float(low: 0, high: 1, step: nil, isLog: false)) })

  private func draws(for assignment: Assignment) -> Random {
    var state = seed
    for value in assignment {
      if case .float(let number)? = value { state = state &* 31 &+ number.bitPattern }
    }
    return Random(seed: state)
  }
}

extension Random {
  /// A number at least 0 and below 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
