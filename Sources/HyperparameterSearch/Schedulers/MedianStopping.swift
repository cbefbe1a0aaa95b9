package import Options

/// Ends a trial that does worse than half of the others did at its budget.
///
/// It is looked at every `interval` units from `warmup` on, once `startup_trials` trials are complete: its best value so
/// far is compared with the median of the values that the complete ones had at that budget, and it is pruned if it is
/// worse. *Google Vizier: A Service for Black-Box Optimization*, Golovin, Solnik, Moitra, Kochanski, Karro and Sculley,
/// 2017, compares with the others' averages up to there; as Optuna we take their values there, since an average still
/// holds their first, worst ones, and so lets bad trials live.
package struct MedianStopping: Scheduler {
  package static let kind = "median"
  package var reacts: Bool { true }
  private let startupTrials: Int
  private let warmup: Int
  private let interval: Int
  private let marks: (warmup: SourceMark?, interval: SourceMark?)

  /// Makes the scheduler.
  ///
  /// - Parameters:
  ///   - startupTrials: complete trials before one is pruned.
  ///   - warmup: the smallest budget that a trial is pruned at.
  ///   - interval: units of budget from one look at a trial to the next, at least 1.
  package init(startupTrials: Int = 5, warmup: Int = 0, interval: Int = 1) {
    precondition(startupTrials >= 1 && warmup >= 0 && interval >= 1, "\(interval)")
    self.startupTrials = startupTrials
    self.warmup = warmup
    self.interval = interval
    marks = (nil, nil)
  }

  /// Reads `startup_trials`, `warmup` and `interval`.
  package init(options reader: OptionReader) {
    startupTrials = reader.integer("startup_trials", default: 5, in: 1...)
    warmup = reader.integer("warmup", default: 0, in: 0...)
    interval = reader.integer("interval", default: 1, in: 1...)
    marks = (reader.value("warmup")?.mark, reader.value("interval")?.mark)
    reader.finish(hints: [
      "n_startup_trials": "write `startup_trials`", "n_warmup_steps": "write `warmup`",
      "interval_steps": "write `interval`", "grace_period": "write `warmup`",
    ])
  }

  /// Refuses a full budget within which no trial is ever looked at.
  package func check(fullBudget: Int, _ diagnostics: Diagnostics) {
    for (name, value, mark) in [
      ("warmup", warmup, marks.warmup), ("interval", interval, marks.interval),
    ] where value > fullBudget {
      diagnostics.report(
        "`\(name)` of \(Self.kind) is \(value), but the base trains for \(fullBudget), so no trial is ever "
          + "pruned",
        at: mark, hint: "give `\(name)` a smaller value, or the base a longer training")
    }
  }

  /// That of the first look.
  package func firstBudget(ofTrial number: Int, in study: StudyState) -> Int {
    nextLook(after: 0, in: study)
  }

  /// Prunes it if it is worse than the median, or lets it go on to the next look.
  package func decide(_ trial: Trial, in study: StudyState) -> Decision {
    let others = study.trials.filter { $0.state == .completed }
      .map { study.cost(of: $0, within: trial.budget) }
    let best = trial.reports.map { study.direction.cost($0.value) }.min() ?? .infinity
    if others.count >= startupTrials, best > Self.median(of: others) { return .prune }
    return .goOn(to: nextLook(after: trial.budget, in: study))
  }

  /// The budget of the look that follows one, or the full budget.
  private func nextLook(after budget: Int, in study: StudyState) -> Int {
    if budget < warmup { return min(warmup, study.fullBudget) }
    let looks = (budget - warmup) / interval + 1
    return min(warmup + looks * interval, study.fullBudget)
  }

  /// The middle one of some numbers, or the mean of the two middle ones.
  static func median(of numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    let upper = sorted[sorted.count / 2]
    return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + upper) / 2 : upper
  }
}
