package import HyperparameterSearch

/// All that the page of a study tells, as its records have it.
package struct StudySummary: Sendable {
  /// A trial and what it cost.
  package struct Entry: Sendable {
    /// The trial.
    package let trial: Trial
    /// Seconds that its jobs took; nil where that is not known.
    package let seconds: Double?

    /// Describes a trial.
    package init(_ trial: Trial, seconds: Double? = nil) {
      self.trial = trial
      self.seconds = seconds
    }
  }

  /// The study's name.
  package let name: String
  /// When it ran, as the page shows it; empty where that is not known.
  package let period: String
  /// The metric that trials are judged by.
  package let metric: String
  /// Which of its values are better.
  package let direction: Direction
  /// What a unit of the budget is.
  package let unit: BudgetUnit
  /// The budget of a whole training.
  package let fullBudget: Int
  /// How many trials there are to be.
  package let trialLimit: Int
  /// What was searched.
  package let space: SearchSpace
  /// The sampler as it is configured, on one line.
  package let sampler: String
  /// The scheduler as it is configured, on one line.
  package let scheduler: String
  /// What values were drawn from.
  package let seed: UInt64
  /// Workers of the imagined cluster.
  package let concurrency: Int
  /// The trials by number.
  package let entries: [Entry]
  /// The training configuration of the best trial as it can be run; nil where there is none.
  package let bestConfiguration: String?

  /// Describes a study.
  package init(
    name: String, period: String = "", metric: String, direction: Direction, unit: BudgetUnit,
    fullBudget: Int, trialLimit: Int, space: SearchSpace, sampler: String, scheduler: String,
    seed: UInt64, concurrency: Int, entries: [Entry], bestConfiguration: String? = nil
  ) {
    self.name = name
    self.period = period
    self.metric = metric
    self.direction = direction
    self.unit = unit
    self.fullBudget = fullBudget
    self.trialLimit = trialLimit
    self.space = space
    self.sampler = sampler
    self.scheduler = scheduler
    self.seed = seed
    self.concurrency = concurrency
    self.entries = entries
    self.bestConfiguration = bestConfiguration
  }
}
