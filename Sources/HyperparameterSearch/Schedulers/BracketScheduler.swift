/// A scheduler that deals trials to brackets by their numbers and halves each bracket by itself.
///
/// The last bracket has as many trials as are left. While one bracket waits for its slowest trials those of the next
/// one begin.
package protocol BracketScheduler: Scheduler {
  /// What its brackets have in common.
  var options: HalvingOptions { get }
  /// How many trials and which budgets the brackets have, in turn.
  func shapes(fullBudget: Int) -> [BracketShape]
}

extension BracketScheduler {
  package var reacts: Bool { true }

  /// That of the lowest rung of its bracket.
  package func firstBudget(ofTrial number: Int, in study: StudyState) -> Int {
    guard let bracket = brackets(ofFirst: number + 1, in: study).last else {
      preconditionFailure("trial \(number) is in no bracket")
    }
    return bracket.rungs[0].budget
  }

  /// It waits for the others of its bracket.
  package func decide(_ trial: Trial, in study: StudyState) -> Decision { .pause }

  /// The next trial of the earliest bracket that has one.
  package func promotion(in study: StudyState) -> Promotion? {
    for bracket in brackets(ofFirst: study.trials.count, in: study) {
      if let promotion = bracket.promotion(in: study) { return promotion }
    }
    return nil
  }

  /// Those of all brackets.
  package func promotable(in study: StudyState) -> Set<Int> {
    Set(brackets(ofFirst: study.trials.count, in: study).flatMap { $0.promotable(in: study) })
  }

  private func brackets(ofFirst count: Int, in study: StudyState) -> [Bracket] {
    Bracket.all(
      ofFirst: count, in: study, shapes(fullBudget: study.fullBudget),
      reduction: options.reduction)
  }
}
