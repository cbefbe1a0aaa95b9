/// The best trials of a study and the others, both by number.
///
/// Trials rank by how far they got: completed ones first, then by their budget, and among equals by their last value.
/// A trial that goes on ranks by what it has shown. One that has shown nothing yet belongs to the others, so that trials
/// that begin together do not all try the same; and so does one that failed, since its values are worth no second try.
struct TrialSplit {
  /// The best tenth of those that rank, 25 at most.
  let good: [Trial]
  /// All others.
  let rest: [Trial]
  /// The number of trials that rank.
  let rankedCount: Int

  /// Splits the trials of a study.
  init(_ study: StudyState) {
    let rank: (Trial) -> (Int, Double, Int) = { trial in
      let cost = trial.value.map(study.direction.cost) ?? .infinity
      let budget = trial.state == .completed ? .max : trial.budget
      return (-budget, cost.isNaN ? .infinity : cost, trial.number)
    }
    let ranked = study.trials.filter { trial in
      if case .failed = trial.state { false } else { trial.value != nil }
    }.sorted { rank($0) < rank($1) }
    rankedCount = ranked.count
    let best = Set(ranked.prefix(min((ranked.count + 9) / 10, 25)).map(\.number))
    good = study.trials.filter { best.contains($0.number) }
    rest = study.trials.filter { !best.contains($0.number) }
  }
}
