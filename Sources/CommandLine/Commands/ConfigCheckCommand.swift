internal import Configuration
internal import Datasets
internal import Networks
internal import Tensors
internal import Training

/// The command `lockstep config check`.
struct ConfigCheckCommand: Command {
  static let declaration = CommandDeclaration(
    name: "config check", abstract: "find every problem of a configuration, without training",
    discussion:
      "Checks the file, reads the data, and checks that the network, the loss and the data fit together.",
    options: ConfigurationOptions.declarations(isRequired: true),
    examples: [
      CommandExample(
        "lockstep config check -c configs/digits-mlp.yaml --set train.shards=8", "with one change")
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let configuration = try ConfigurationOptions.load(arguments)
    let plan = try TrainingPlan(
      model: configuration.model, data: configuration.data.load(seed: configuration.seed),
      loss: configuration.loss, optimizer: configuration.optimizer,
      schedule: configuration.schedule, settings: configuration.train,
      shards: configuration.train.shards ?? 1, seed: configuration.seed, rules: configuration.rules)
    try context.output.line(
      "ok: \(configuration.name), \(plan.graph.layout.parameterCount) parameters, "
        + "\(plan.totalSteps) steps")
    return .done
  }
}
