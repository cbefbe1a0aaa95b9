package import Options

/// What happens with a trial that has come to the end of a job.
package enum Decision: Sendable, Equatable {
  /// It goes on at once, up to a budget.
  case goOn(to: Int)
  /// It waits until it is promoted.
  case pause
  /// It is not worth going on.
  case prune
}

/// A paused trial that goes on.
package struct Promotion: Sendable, Equatable {
  /// The trial.
  package let trial: Int
  /// The budget it goes on to.
  package let budget: Int

  /// Promotes a trial.
  package init(trial: Int, to budget: Int) {
    self.trial = trial
    self.budget = budget
  }
}

/// Deals the budget to the trials.
///
/// A scheduler is a pure function of the study's state, as samplers are. It is asked at moments of the study's logical
/// time, which does not depend on how fast anything really ran.
package protocol Scheduler: Sendable {
  /// The name in configurations.
  static var kind: String { get }
  /// Reads its options; problems go to the reader's diagnostics.
  init(options: OptionReader)
  /// Whether what it decides depends on the results of trials.
  var reacts: Bool { get }
  /// Refuses a full budget that it cannot deal; problems go to the diagnostics.
  func check(fullBudget: Int, _ diagnostics: Diagnostics)
  /// The budget that a new trial is trained to first.
  func firstBudget(ofTrial number: Int, in study: StudyState) -> Int
  /// What happens with a trial whose last report, below the full budget, has just become known.
  func decide(_ trial: Trial, in study: StudyState) -> Decision
  /// The paused trial that goes on now that ranks are free; nil to begin a new trial in its place.
  func promotion(in study: StudyState) -> Promotion?
  /// The paused trials that may still be promoted, now or later.
  ///
  /// Whoever is not among them never is again, so the study prunes it and its checkpoint is removed: this bounds how
  /// many checkpoints there are.
  func promotable(in study: StudyState) -> Set<Int>
}

extension Scheduler {
  /// No paused trial goes on.
  package func promotion(in study: StudyState) -> Promotion? { nil }
  /// None may.
  package func promotable(in study: StudyState) -> Set<Int> { [] }
}
