internal import Configuration
internal import Datasets
internal import DurableFiles
internal import GradientChecking
internal import JSONText
internal import Tensors
internal import Training

/// The command `lockstep gradcheck`.
struct GradientCheckCommand: Command {
  static let declaration = CommandDeclaration(
    name: "gradcheck", abstract: "compare the backward pass with differences of the loss",
    discussion: """
      Moves every parameter tensor and the input along several directions, fits a slope to the loss
      and compares it with the gradient, on a few training samples. The bound is how far the slope of
      the differences may be off: float32 rounding, truncation and kinks. A tensor fails where the two
      differ by clearly more than bound and tolerance; then each layer is checked alone, and the one
      to suspect is named.

      Samples and initial parameters are moved a little, off kinks and ties; dropout is active;
      all is float32.
      """,
    options: ConfigurationOptions.declarations(isRequired: true) + [
      .value("samples", placeholder: "N", default: "4", help: "training samples to check on"),
      .value(
        "seed", placeholder: "N",
        help: "of parameters, samples and directions; the configuration's by default"),
      .value(
        "tolerance", placeholder: "T", default: "2e-3",
        help: "the relative error allowed beside the bound"),
      .value(
        "elements", placeholder: "N", default: "4",
        help: "single elements of each tensor: half the largest, half random"),
      .value("json", placeholder: "FILE", help: "write all measurements to a file"),
    ],
    examples: [
      CommandExample("lockstep gradcheck -c configs/digits-mlp.yaml", "a network of rectifiers"),
      CommandExample(
        "lockstep gradcheck -c configs/digits-mlp.yaml --samples 8 --seed 3 --json check.json",
        "at another point, with all figures"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let configuration = try ConfigurationOptions.load(arguments)
    let seed = try arguments.integer("seed", in: 0...).map(UInt64.init) ?? configuration.seed
    let samples = try arguments.integer("samples", in: 1...) ?? 4
    let settings = GradientCheckSettings(
      tolerance: try arguments.positiveNumber("tolerance") ?? 2e-3,
      elements: try arguments.integer("elements", in: 0...) ?? 4, seed: seed)
    var train = configuration.train
    train.precision = .float32
    let plan = try TrainingPlan(
      model: configuration.model, data: configuration.data.load(seed: seed),
      loss: configuration.loss, optimizer: configuration.optimizer, settings: train,
      shards: train.shards ?? 1, seed: seed)
    let batch = plan.firstSamples(samples)
    let report = try GradientCheck(
      plan.graph, loss: plan.loss,
      batch: CheckBatch(inputs: [batch.inputs], targets: batch.targets, sampleIDs: batch.ids),
      settings: settings
    ).run()
    try context.output.line(GradientCheckText.text(report))
    if let path = arguments.text("json") {
      let text = GradientCheckText.json(report, settings).text() + "\n"
      try FileSystem().replaceFile(path, with: Array(text.utf8))
    }
    return report.count(of: .failed) == 0 ? .done : .failed
  }
}
