internal import Checkpoints
internal import Configuration
internal import DataParallelism
internal import Datasets
internal import MessagePassing
internal import Networks
internal import RunRecords
internal import Training

/// `lockstep evaluate`
enum EvaluateCommand: Command {
  static let declaration = CommandDeclaration(
    name: "evaluate", abstract: "measure a trained network on a part of the data",
    discussion: """
      examples:
        lockstep evaluate runs/20261121-101500-digits-mlp
        lockstep evaluate runs/20261121-101500-digits-mlp/checkpoints/best --split validation
      """,
    positionals: [.init(name: "RUN", help: "a run folder, or one of its checkpoints")],
    options: ConfigurationOptions.declarations + [
      .init(name: "split", value: "NAME", help: "train, validation or test (default: test)")
    ])

  static func run(_ arguments: ParsedArguments, terminal: Terminal) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      let model = try TrainedModel(arguments, world: world)
      let split = arguments.value("split") ?? "test"
      let data = try model.part(split)
      let sums = try model.session.evaluate(data, step: model.step)
      try model.session.exchange.close()
      if world.rank == 0 {
        terminal.print("checkpoint  \(model.path)")
        terminal.print("\(split)  \(data.count) samples  \(text(sums, model))")
      }
      return .done
    }
  }

  private static func text(_ sums: LossSums, _ model: TrainedModel) -> String {
    var values = [("loss", sums.meanLoss)]
    if model.session.plan.loss.isClassification {
      values.append(("accuracy", sums.accuracy))
    } else {
      values += [("rmse", sums.rootMeanSquaredError), ("mae", sums.meanAbsoluteError)]
    }
    return values.map { "\($0.0) \(NumberText.metric($0.1))" }.joined(separator: "  ")
  }
}
