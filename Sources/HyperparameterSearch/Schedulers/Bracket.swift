/// How many trials a bracket has, and the budgets at which they are compared.
package struct BracketShape: Sendable, Equatable {
  /// How many trials.
  let size: Int
  /// The budgets of its rungs, growing; the last one is the full budget.
  let budgets: [Int]
}

/// A group of trials among which synchronous halving finds the best one.
///
/// All train to the lowest rung. When each has a value there or has failed, the best ones go on to the next rung, and
/// so on. How many go on is fixed by the number of trials in the bracket, so those that fail take no place from others.
struct Bracket: Sendable {
  /// The numbers of its trials, of which the last ones may not have begun.
  let trials: Range<Int>
  /// Its rungs, the lowest first.
  let rungs: [Rung]
  /// Of how many trials one goes on.
  let reduction: Int

  /// The brackets that a study's first trials fall into, one after the other; the last one may not be full.
  ///
  /// - Parameters:
  ///   - count: how many trials.
  ///   - study: the study.
  ///   - shapes: what brackets look like, in turn.
  ///   - reduction: of how many trials one goes on.
  /// - Returns: the brackets; none has trials that the study will not begin.
  static func all(
    ofFirst count: Int, in study: StudyState, _ shapes: [BracketShape], reduction: Int
  ) -> [Bracket] {
    var brackets: [Bracket] = []
    var first = 0
    while first < count {
      let shape = shapes[brackets.count % shapes.count]
      let end = min(first + shape.size, study.trialLimit)
      brackets.append(
        Bracket(trials: first..<end, rungs: Rung.ladder(shape.budgets), reduction: reduction))
      first = end
    }
    return brackets
  }

  /// The trial that goes on now; nil where all that may are on their way, or the rung is not complete.
  func promotion(in study: StudyState) -> Promotion? {
    guard study.trials.count >= trials.upperBound else { return nil }
    var members = Array(trials)
    for (index, rung) in rungs.enumerated() {
      let waiting = members.first {
        study.trials[$0].state == .paused && study.trials[$0].budget < rung.budget
      }
      if let waiting { return Promotion(trial: waiting, to: rung.budget) }
      if members.contains(where: { rung.isApproached(by: study.trials[$0]) }) { return nil }
      members = Array(rung.ranking(of: members, in: study).prefix(places(above: index)))
    }
    return nil
  }

  /// Those that wait and have not more trials ahead of them than places are above.
  ///
  /// This is exact: values at a rung do not change and trials only join, so the number ahead of one never falls, and
  /// the places are fixed; and where those that are still to come are worse it is promoted.
  func promotable(in study: StudyState) -> [Int] {
    let begun = trials.clamped(to: study.trials.indices)
    return rungs.indices.dropLast().flatMap { index in
      rungs[index].ranking(of: begun, in: study).prefix(places(above: index))
        .filter { rungs[index].holds(study.trials[$0]) }
    }
  }

  /// How many trials go on from a rung.
  private func places(above index: Int) -> Int {
    (0...index).reduce(trials.count) { places, _ in places / reduction }
  }
}
