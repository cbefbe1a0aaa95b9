internal import Configuration
internal import Datasets
internal import Networks
internal import Optimizers

/// The command `lockstep summary`.
struct SummaryCommand: Command {
  static let declaration = CommandDeclaration(
    name: "summary", abstract: "show a network's layers, shapes, parameters, cost and memory",
    options: ConfigurationOptions.declarations(isRequired: true),
    examples: [
      CommandExample("lockstep summary -c configs/fashion-mnist-mlp.yaml", "before training it")
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let configuration = try ConfigurationOptions.load(arguments)
    let declared = configuration.model.inputs.allSatisfy { $0.shape != nil }
    let shape = declared ? nil : try configuration.data.load(seed: configuration.seed).inputShape
    let graph = try Graph(configuration.model, dataShape: shape)
    let summary = NetworkSummary(
      graph: graph, loss: configuration.loss, batch: configuration.train.globalBatch,
      shards: configuration.train.shards ?? 1,
      optimizerStates: configuration.optimizer.stateNames.count)
    try context.output.line(try summary.text())
    return .done
  }
}
