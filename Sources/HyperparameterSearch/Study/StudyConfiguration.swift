package import Configuration
package import Optimizers
package import Options

/// A study as its YAML file describes it: every part typed and checked.
package struct StudyConfiguration: Sendable {
  /// The study's name, which its folder ends with.
  package let name: String
  /// What the values of trials are drawn from.
  package let seed: UInt64
  /// The metric that trials are judged by.
  package let metric: RunMetric
  /// Which of its values are better.
  package let direction: Direction
  /// How many trials there are.
  package let trials: Int
  /// How many trials are under way at once, as far as decisions know; part of the result.
  package let concurrency: Int
  /// Ranks that train a trial together.
  package let ranksPerTrial: Int
  /// Of how many of the best trials the last checkpoint is kept.
  package let keepBest: Int
  /// Units of budget from one checkpoint to the next within a job; nil for none but at its end.
  package let checkpointEvery: Int?
  /// Chooses values.
  package let sampler: any Sampler
  /// Deals the budget.
  package let scheduler: any Scheduler
  /// What is searched.
  package let space: SearchSpace
  /// The training configuration that values are set in.
  package let base: OptionValue
  /// The name of the base.
  package let baseName: String
  /// The configuration of the base itself, with its own values.
  package let baseConfiguration: RunConfiguration
  /// The study's configuration after `extends` and overrides, its paths absolute.
  package let resolved: OptionValue

  /// Shards of a trial's step where the base does not say: not the ranks' number, which must not change a study.
  package static let defaultShards = 4
  /// Trials under way at once where the configuration does not say.
  package static let defaultConcurrency = 4

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the YAML file; paths in it are relative to its folder.
  ///   - overrides: `key.key=value`, applied in order.
  /// - Throws: `OptionsError` with every problem found, also those of any value that the space can give by itself.
  package init(path: String, overrides: [String] = []) throws(OptionsError) {
    let tree = AbsolutePaths.resolved(
      try ConfigurationLoader.load(path: path, overrides: overrides), at: ["base"])
    if tree["model"] != nil, tree["space"] == nil {
      throw OptionsError(problems: [
        Diagnostic(
          "this is the configuration of a training, not a study", at: tree.mark,
          hint: "write a study that has it as its `base`, as configs/sweep-digits.yaml does")
      ])
    }
    let diagnostics = Diagnostics()
    let reader = OptionReader(tree, context: "the study", diagnostics: diagnostics)
    resolved = tree
    name = RunConfiguration.checkedName(reader, file: path)
    seed = UInt64(reader.integer("seed", default: 0, in: 0...))
    let objective = reader.section("objective")
    metric = objective.choice("metric", of: RunMetric.self) ?? .validationLoss
    let usual: Direction = Monitor(metric).mode == .max ? .maximize : .minimize
    direction = objective.choice("direction") ?? usual
    objective.finish(hints: ["monitor": "write `metric`", "mode": "write `direction`"])
    trials = reader.integer("trials", in: 1...1_000_000)
    concurrency = reader.integer("concurrency", default: Self.defaultConcurrency, in: 1...)
    ranksPerTrial = reader.integer("ranks_per_trial", default: 1, in: 1...)
    keepBest = reader.integer("keep_best", default: 1, in: 0...)
    checkpointEvery = reader.optionalInteger("checkpoint_every", in: 1...)
    let sampler = reader.value("sampler").map {
      SamplerRegistry.decode($0, diagnostics: diagnostics)
    }
    let scheduler = reader.value("scheduler").map {
      SchedulerRegistry.decode($0, diagnostics: diagnostics)
    }
    self.sampler = (sampler ?? nil) ?? RandomSampler()
    self.scheduler = (scheduler ?? nil) ?? FullTraining()
    space = SearchSpace(options: reader.section("space"))
    self.sampler.check(space, diagnostics)
    let base = StudyBase(reader)
    reader.finish(hints: ["metric": "write `objective: {metric: …}`", "budget": "write `trials`"])
    try diagnostics.throwIfAny()
    guard let base else { preconditionFailure("a wrong base was not reported") }
    self.base = base.tree
    baseName = base.name
    baseConfiguration = try base.check(space, diagnostics)
    checkBudget(diagnostics)
    try diagnostics.throwIfAny()
  }

  /// The budget of a whole training.
  package var fullBudget: Int {
    switch baseConfiguration.train.length {
    case .epochs(let epochs): epochs
    case .steps(let steps): steps
    }
  }

  /// What a unit of the budget is.
  package var budgetUnit: BudgetUnit {
    switch baseConfiguration.train.length {
    case .epochs: .epochs
    case .steps: .steps
    }
  }

  /// Where the metric is written; where it is not, the name of the base.
  package var metricMark: SourceMark? {
    (resolved["objective"]?["metric"] ?? resolved["base"])?.mark
  }

  /// What its state is before the first trial.
  package var initialState: StudyState {
    StudyState(
      space: space, direction: direction, seed: seed, fullBudget: fullBudget, trialLimit: trials)
  }

  /// The training configuration of a trial.
  ///
  /// - Throws: `OptionsError` where the values make none.
  package func configuration(of assignment: Assignment) throws(OptionsError) -> RunConfiguration {
    try RunConfiguration(tree: space.configuration(assignment, in: base), name: baseName)
  }

  /// Refuses a length that the scheduler cannot deal or that the space changes.
  private func checkBudget(_ diagnostics: Diagnostics) {
    scheduler.check(fullBudget: fullBudget, diagnostics)
    for parameter in space.parameters where scheduler.reacts {
      for key in parameter.keys where ["train", "train.epochs", "train.steps"].contains(key) {
        diagnostics.report(
          "`\(key)` is dealt by the scheduler \(type(of: scheduler).kind), so it cannot be searched for",
          at: parameter.mark, hint: "search it with `scheduler: none`")
      }
    }
    if metric.part == .train, budgetUnit == .steps {
      diagnostics.report(
        "the metric \(metric.rawValue) is measured over epochs, but training is \(fullBudget) steps long",
        at: metricMark,
        hint: "give the base `train.epochs`, or take a metric of the validation part")
    }
  }
}

/// What a unit of the budget is.
package enum BudgetUnit: String, Sendable {
  /// Passes over the training samples.
  case epochs
  /// Updates of the parameters.
  case steps

  /// The unit of a number of them: `1 epoch`, `9 epochs`.
  package func text(_ count: Int) -> String {
    "\(count) \(count == 1 ? String(rawValue.dropLast()) : rawValue)"
  }
}
