internal import Checkpoints
internal import Configuration
internal import DataParallelism
internal import Datasets
internal import MessagePassing
internal import Networks
internal import RunRecords
internal import Training

/// The command `lockstep evaluate`.
struct EvaluateCommand: Command {
  static let declaration = CommandDeclaration(
    name: "evaluate", abstract: "measure a trained network on a part of the data",
    arguments: [ArgumentDeclaration("run", help: "a run folder, or one of its checkpoints")],
    options: ConfigurationOptions.declarations(isRequired: false) + [
      .value(
        "split", placeholder: "NAME", default: "test", help: "train, validation or test")
    ],
    examples: [
      CommandExample("lockstep evaluate runs/20261121-101500-digits-mlp", "on its test part"),
      CommandExample(
        "lockstep evaluate runs/20261121-101500-digits-mlp/checkpoints/best --split validation",
        "one checkpoint on the validation part"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      let model = try TrainedModel(arguments, world: world)
      let split = arguments.required("split")
      let data = try model.part(split)
      let sums = try model.session.evaluate(data, step: model.step)
      try model.session.close()
      if world.rank == 0 {
        try context.output.line("checkpoint  \(model.path)")
        try context.output.line("\(split)  \(data.count) samples  \(Self.text(sums, model))")
      }
      return .done
    }
  }

  private static func text(_ sums: LossSums, _ model: TrainedModel) -> String {
    model.session.plan.metrics.values(of: sums)
      .map { "\($0.name) \(NumberText.metric($0.value))" }.joined(separator: "  ")
  }
}
