package import HyperparameterSearch

/// All that the page of a study tells, as its records have it.
package struct StudySummary: Sendable {
  /// The study's name.
  package let name: String
  /// When it ran, as the page shows it; empty where that is not known.
  package let period: String
  /// The metric that trials are judged by.
  package let metric: String
  /// What a unit of the budget is.
  package let unit: BudgetUnit
  /// What was searched and what came of it.
  package let study: StudyState
  /// Seconds that the jobs of trials took, by the trial's number, as far as they are known.
  package let seconds: [Int: Double]
  /// The sampler as it is configured, on one line.
  package let sampler: String
  /// The scheduler as it is configured, on one line.
  package let scheduler: String
  /// Workers of the imagined cluster.
  package let concurrency: Int
  /// The training configuration of the best trial as it can be run; nil where there is none.
  package let bestConfiguration: String?

  /// Describes a study.
  package init(
    name: String, period: String, metric: String, unit: BudgetUnit, study: StudyState,
    seconds: [Int: Double], sampler: String, scheduler: String, concurrency: Int,
    bestConfiguration: String?
  ) {
    self.name = name
    self.period = period
    self.metric = metric
    self.unit = unit
    self.study = study
    self.seconds = seconds
    self.sampler = sampler
    self.scheduler = scheduler
    self.concurrency = concurrency
    self.bestConfiguration = bestConfiguration
  }
}
