internal import DataParallelism
internal import Datasets
internal import MessagePassing
internal import Networks
internal import Operators
internal import Tensors
internal import Training

/// The command `lockstep predict`.
struct PredictCommand: Command {
  static let declaration = CommandDeclaration(
    name: "predict", abstract: "print what a network gives for each sample, as CSV",
    discussion: """
      A softmax or a sigmoid is applied where the loss works on logits. Of an autoencoder (`target: input`)
      each line has the mean squared error, as the loss sees it, and the sample as the network gives it, in
      the units of the data. Without a run the parameters are the initial ones.
      """,
    arguments: [
      ArgumentDeclaration("run", help: "a run folder, or one of its checkpoints", isRequired: false)
    ],
    options: ConfigurationOptions.declarations(isRequired: false) + [
      .value(
        "split", placeholder: "NAME", help: "train, validation or test; test by default, else train"
      ),
      .flag("logits", help: "print the network's outputs as they are"),
    ],
    examples: [
      CommandExample(
        "lockstep predict runs/20261121-101500-digits-mlp > predictions.csv", "the test part"),
      CommandExample(
        "lockstep predict -c configs/course/worked-neuron.yaml --logits", "an untrained network"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      let model = try TrainedModel(arguments, world: world)
      let plan = model.session.plan
      let split = arguments.text("split") ?? (plan.data.test == nil ? "train" : "test")
      let data = try model.part(split)
      let columns = plan.graph.outputShape.count
      let outputs: [Float]
      var errors: [Double]?
      if data.reconstructs, !arguments.has("logits") {
        let result = try model.session.reconstruct(data)
        (outputs, errors) = (result.values, result.errors)
      } else {
        outputs = try model.session.predict(
          data, transform: arguments.has("logits") ? .none : plan.loss.prediction)
      }
      try model.session.close()
      guard world.rank == 0 else { return .done }
      let names = Self.names(plan, columns: columns)
      try context.output.line(
        ((errors == nil ? [] : ["mean_squared_error"]) + names).joined(separator: ","))
      for sample in 0..<data.count {
        let values = outputs[(sample * columns)..<((sample + 1) * columns)].map { "\($0)" }
        let error = errors.map { ["\(Float($0[sample]))"] } ?? []
        try context.output.line((error + values).joined(separator: ","))
      }
      return .done
    }
  }

  /// A text as one field of a line of CSV, in quotes where it needs them.
  static func field(_ text: String) -> String {
    let needsQuotes = text.contains { ",\"\r\n".contains($0) }
    return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  private static func names(_ plan: TrainingPlan, columns: Int) -> [String] {
    if case .classification(_, let names) = plan.data.task, names.count == columns {
      return names.map(field)
    }
    if plan.data.train.reconstructs, let names = plan.data.train.columnNames {
      return names.map(field)
    }
    return columns == 1 ? ["output"] : (1...columns).map { "output_\($0)" }
  }
}
