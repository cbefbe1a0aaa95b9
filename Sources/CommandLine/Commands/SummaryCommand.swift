internal import Configuration
internal import Datasets
internal import Networks
internal import Optimizers
internal import Training

/// The command `lockstep summary`.
struct SummaryCommand: Command {
  static let declaration = CommandDeclaration(
    name: "summary", abstract: "show a network's layers, shapes, parameters, cost and memory",
    discussion: """
      Memory is that of one worker for a shard of `train.global_batch` / `train.shards` samples, and of
      inference for one sample. Activations are what the plan takes; what the backward pass must keep of
      them, by what the operations declare, is the least that any plan could.
      """,
    options: ConfigurationOptions.declarations(isRequired: true) + [
      .value("batch", placeholder: "N", help: "samples of a shard, and of a batch of inference")
    ],
    examples: [
      CommandExample("lockstep summary -c configs/fashion-mnist-mlp.yaml", "before training it"),
      CommandExample(
        "lockstep summary -c configs/fashion-mnist-mlp.yaml --batch 256", "with larger shards"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let configuration = try ConfigurationOptions.load(arguments)
    try configuration.train.settleInstructionSet()
    let declared = configuration.model.inputs.allSatisfy { $0.shape != nil }
    let shape = declared ? nil : try configuration.data.load(seed: configuration.seed).inputShape
    let graph = try Graph(configuration.model, dataShape: shape)
    let (batch, shards) = (configuration.train.globalBatch, configuration.train.shards ?? 1)
    let given = try arguments.integer("batch", in: 1...)
    let summary = NetworkSummary(
      graph: graph, loss: configuration.loss, trainingBatch: given ?? (batch + shards - 1) / shards,
      inferenceBatch: given ?? 1, precision: configuration.train.precision,
      optimizerStates: configuration.optimizer.stateNames.count)
    try context.output.line(try summary.text())
    return .done
  }
}
