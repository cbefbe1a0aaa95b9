package import Options

/// Asynchronous successive halving: a trial goes on as soon as it is among the best of those at its budget so far.
///
/// Trials are compared at rungs: the budget `min`, `reduction` times as much, and so on up to the full budget. When a
/// worker is idle the highest rung is looked at first: of the n trials that have a value there the best n/`reduction`
/// are worth going on, and the best of them that still waits does. Where none waits a new trial begins. Nobody ever
/// waits for the others, at the price of promotions that later values prove wrong.
///
/// *A System for Massively Parallel Hyperparameter Tuning*, Li, Jamieson, Rostamizadeh, Gonina, Hardt, Recht and
/// Talwalkar, 2018. The highest rung is the full budget also where that is no power of `reduction` times `min`.
package struct AsynchronousHalving: Scheduler {
  package static let kind = "asha"
  package var reacts: Bool { true }
  private let options: HalvingOptions

  /// Makes the scheduler.
  package init(_ options: HalvingOptions = HalvingOptions()) {
    self.options = options
  }

  /// Reads `reduction` and `min`.
  package init(options reader: OptionReader) {
    options = HalvingOptions(reader)
    reader.finish(hints: HalvingOptions.otherNames)
  }

  /// Refuses a full budget below the lowest rung.
  package func check(fullBudget: Int, _ diagnostics: Diagnostics) {
    options.check(fullBudget: fullBudget, kind: Self.kind, diagnostics)
  }

  /// That of the lowest rung.
  package func firstBudget(ofTrial number: Int, in study: StudyState) -> Int {
    options.budgets(upTo: study.fullBudget)[0]
  }

  /// It waits at its rung.
  package func decide(_ trial: Trial, in study: StudyState) -> Decision { .pause }

  /// The best trial that waits at the highest rung where one is worth going on.
  package func promotion(in study: StudyState) -> Promotion? {
    let rungs = Rung.ladder(options.budgets(upTo: study.fullBudget))
    for (rung, next) in zip(rungs, rungs.dropFirst()).reversed() {
      let ranking = rung.ranking(of: study.trials.indices, in: study)
      let worthy = ranking.prefix(ranking.count / options.reduction)
      if let number = worthy.first(where: { rung.holds(study.trials[$0]) }) {
        return Promotion(trial: number, to: next.budget)
      }
    }
    return nil
  }

  /// Those that would go on if all who may still come to their rung came and were worse.
  ///
  /// A trial is promoted while fewer than n/`reduction` are ahead of it, n being the number of trials with a value at
  /// its rung. Values at a rung do not change and trials only join, so the number ahead never falls, and n never exceeds
  /// its value now and those who may still come: to the lowest rung the trials that train towards it or have not begun;
  /// to any other those who may still come to the rung below, the promotable ones that wait there, and those on their
  /// way up from there. Whoever has too many ahead of it for that n has so for good. At no rung more than
  /// `trialLimit`/`reduction` wait.
  package func promotable(in study: StudyState) -> Set<Int> {
    let rungs = Rung.ladder(options.budgets(upTo: study.fullBudget))
    var promotable: Set<Int> = []
    var coming = study.trialLimit - study.trials.count
    for rung in rungs.dropLast() {
      coming += study.trials.count {
        rung.isApproached(by: $0) && $0.budget >= rung.start
      }
      let ranking = rung.ranking(of: study.trials.indices, in: study)
      let hopeful = ranking.prefix((ranking.count + coming) / options.reduction)
        .filter { rung.holds(study.trials[$0]) }
      promotable.formUnion(hopeful)
      coming += hopeful.count
    }
    return promotable
  }
}
