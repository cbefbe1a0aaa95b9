internal import Configuration
internal import Datasets
internal import HyperparameterSearch
internal import Networks
internal import Options
internal import RunRecords
internal import StudyExecution
internal import Tensors
internal import Training

/// The command `lockstep config check`.
struct ConfigCheckCommand: Command {
  static let declaration = CommandDeclaration(
    name: "config check", abstract: "find every problem of a configuration, without training",
    discussion: """
      Checks the file, reads the data, and checks that the network, the loss and the data fit together. Of a study, a
      file with a `space`, it checks that also for the values at the borders of what is searched.
      """,
    options: ConfigurationOptions.declarations(isRequired: true),
    examples: [
      CommandExample(
        "lockstep config check -c configs/digits-mlp.yaml --set train.shards=8", "with one change")
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let path = try ConfigurationOptions.path(arguments)
    let overrides = arguments.texts("set")
    if try ConfigurationLoader.load(path: path, overrides: overrides)["space"] != nil {
      return try check(StudyConfiguration(path: path, overrides: overrides), context)
    }
    let configuration = try ConfigurationOptions.load(arguments)
    let plan = try TrainingPlan(
      configuration, data: configuration.data.load(seed: configuration.seed),
      shards: configuration.train.shards ?? 1)
    try context.output.line(
      "ok: \(configuration.name), \(plan.graph.layout.parameterCount) parameters, "
        + "\(plan.totalSteps) steps")
    return .done
  }

  private func check(_ study: StudyConfiguration, _ context: CommandContext) throws -> ExitCode {
    try StudyCheck(study, cache: DataCache(), ranks: study.ranksPerTrial).run()
    let trials = min(study.trials, study.sampler.limit(in: study.space) ?? .max)
    try context.output.line(
      "ok: \(study.name), \(NumberText.count(study.space.parameters.count, "parameter")) to search, "
        + "\(NumberText.count(trials, "trial")) of up to "
        + study.budgetUnit.text(study.fullBudget))
    return .done
  }
}
