internal import DataParallelism
internal import Datasets
internal import MessagePassing
internal import Networks
internal import Operators
internal import Tensors
internal import Training

/// `lockstep predict`
enum PredictCommand: Command {
  static let declaration = CommandDeclaration(
    name: "predict", abstract: "print what a network gives for each sample, as CSV",
    discussion: """
      examples:
        lockstep predict runs/20261121-101500-digits-mlp > predictions.csv
        lockstep predict -c configs/course/worked-neuron.yaml --logits

      A softmax or a sigmoid is applied where the loss works on logits. Without a run the parameters are the
      initial ones.
      """,
    positionals: [
      .init(name: "RUN", help: "a run folder, or one of its checkpoints", isRequired: false)
    ],
    options: ConfigurationOptions.declarations + [
      .init(name: "split", value: "NAME", help: "train, validation or test (default: test, else train)"),
      .init(name: "logits", help: "print the network's outputs as they are"),
    ])

  static func run(_ arguments: ParsedArguments, terminal: Terminal) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      let model = try TrainedModel(arguments, world: world)
      let plan = model.session.plan
      let split = arguments.value("split") ?? (plan.data.test == nil ? "train" : "test")
      let data = try model.part(split)
      let columns = plan.graph.outputShape.count
      let outputs = try model.session.predict(
        data, transform: arguments.has("logits") ? .none : plan.loss.prediction)
      try model.session.exchange.close()
      guard world.rank == 0 else { return .done }
      terminal.print(header(plan, columns: columns))
      for start in stride(from: 0, to: outputs.count, by: columns) {
        terminal.print(outputs[start..<(start + columns)].map { "\($0)" }.joined(separator: ","))
      }
      return .done
    }
  }

  private static func header(_ plan: TrainingPlan, columns: Int) -> String {
    if case .classification(_, let names) = plan.data.task, names.count == columns {
      return names.joined(separator: ",")
    }
    return columns == 1
      ? "output" : (1...columns).map { "output_\($0)" }.joined(separator: ",")
  }
}
