package import Options

/// Trains every trial to its end.
package struct FullTraining: Scheduler {
  package static let kind = "none"
  package var reacts: Bool { false }

  /// Makes the scheduler.
  package init() {}

  /// Reads its options, of which there are none.
  package init(options: OptionReader) {
    options.finish()
  }

  /// Any budget will do.
  package func check(fullBudget: Int, _ diagnostics: Diagnostics) {}

  /// All of it.
  package func firstBudget(ofTrial number: Int, in study: StudyState) -> Int { study.fullBudget }

  /// Never asked, since no report is below the full budget; going on is always right.
  package func decide(_ trial: Trial, in study: StudyState) -> Decision {
    .goOn(to: study.fullBudget)
  }
}
