package import Configuration
internal import DataParallelism
package import Datasets
package import Networks
internal import Operators
package import Optimizers
internal import Options
package import Tensors

/// What is trained, on what, and how: the same on every rank, checked before anything starts.
package struct TrainingPlan: Sendable {
  /// The network.
  package let graph: Graph
  /// What is made small.
  package let loss: any Loss
  /// How the parameters move.
  package let optimizer: any Optimizer
  /// The learning rate over the run.
  package let schedule: Schedule
  /// The schedule, where it reduces the rate by what comes out; nil for all others.
  let plateau: ReduceOnPlateau?
  /// What says which step is the best.
  package let monitor: Monitor
  /// How long and in what batches.
  package let settings: TrainSettings
  /// How each tensor is updated.
  package let update: UpdatePlan
  /// The data.
  package let data: DataSplits
  /// Which samples each step and shard gets.
  package let batches: BatchPlan
  /// Steps of the whole run.
  package let totalSteps: Int
  /// What all random numbers are drawn from.
  package let seed: UInt64
  /// What gradients and their sums are rounded to.
  package let wire: ElementType
  /// What is reported beside the loss.
  package var metrics: MetricSet { MetricSet(loss: loss, task: data.task) }

  /// Checks that everything fits together, and settles the instruction-set level that computes.
  ///
  /// - Parameters:
  ///   - model: the network as written.
  ///   - data: the data.
  ///   - loss: the loss.
  ///   - optimizer: the optimizer.
  ///   - schedule: the learning rate over the run, constant by default.
  ///   - settings: how long and in what batches.
  ///   - shards: into how many shards a step is cut.
  ///   - seed: the run's seed.
  ///   - rules: the groups and penalties of parameters.
  ///   - wire: what gradients and their sums are rounded to; float32, the default, as they are.
  /// - Throws: `OptionsError` where the network does not fit together or not to the data, or the schedule, a
  ///   monitor or a group not to the run;
  ///   ``TrainingError/mismatch(_:hint:)`` where the loss does not suit the data or the output;
  ///   `DatasetError` where the network reads ids from the data that it does not know.
  package init(
    model: ModelSpec, data: DataSplits, loss: any Loss, optimizer: any Optimizer,
    schedule: Schedule = Schedule(), settings: TrainSettings, shards: Int, seed: UInt64,
    rules: ParameterRules = ParameterRules(), wire: ElementType = .float32
  ) throws {
    try settings.settleInstructionSet()
    try Self.checkInputs(of: model)
    graph = try Graph(model, dataShape: data.inputShape)
    self.loss = loss
    self.optimizer = optimizer
    self.schedule = schedule
    plateau = schedule.curve as? ReduceOnPlateau
    monitor = Self.monitor(settings, metrics: MetricSet(loss: loss, task: data.task))
    self.settings = settings
    let hasClip = settings.clipNorm != nil || settings.clipValue != nil
    update = try UpdatePlan(
      optimizer: optimizer, rules: rules,
      clip: hasClip ? GradientClip(norm: settings.clipNorm, value: settings.clipValue) : nil,
      layout: graph.layout)
    self.data = data
    batches = BatchPlan(
      sampleCount: data.train.count, globalBatch: settings.globalBatch, shards: shards)
    switch settings.length {
    case .epochs(let epochs):
      let (steps, isTooLong) = epochs.multipliedReportingOverflow(by: batches.stepsPerEpoch)
      totalSteps = isTooLong ? .max : steps
    case .steps(let steps): totalSteps = steps
    }
    self.seed = seed
    self.wire = wire
    try settings.checkPrecision(support: ComputeStream.bfloat16Support)
    try checkTarget()
    try checkIDs()
    try checkShardSizes()
    try checkMemory(Machine.memoryByteCount)
    try checkMonitors()
  }

  private static func checkInputs(of model: ModelSpec) throws(OptionsError) {
    guard model.inputs.count > 1 else { return }
    let names = model.inputs.map { "`\($0.name)`" }.joined(separator: ", ")
    throw OptionsError(problems: [
      Diagnostic(
        "the model has \(model.inputs.count) inputs (\(names)), but a data set feeds one alone",
        at: model.mark,
        hint: "write `input` in place of `inputs`; networks of several inputs can be compared with "
          + "reference cases, not trained on a data set")
    ])
  }

  private func checkTarget() throws(TrainingError) {
    if data.task == .reconstruction { return try checkReconstruction() }
    let output = graph.outputShape
    let kind = type(of: loss).kind
    let target = loss.targetShape(forOutput: output)
    guard target.count == 1 else {
      throw .mismatch(
        "the loss \(kind) of an output \(output) wants \(target.count) targets a sample, the data has 1",
        hint: "let the last layer have one output, or one for each class with cross_entropy")
    }
    do throws(LayerError) {
      try loss.check(output: output)
    } catch {
      throw .mismatch("the loss \(kind): \(error.message)", hint: error.hint ?? "change the loss")
    }
    switch data.task {
    case .classification(let classes, _):
      guard loss.isClassification else { return }
      if target == output, classes != 2 {
        throw .mismatch(
          "the loss \(kind) knows 2 classes, the data has \(classes)", hint: "use cross_entropy")
      }
      if target != output, output[-1] != classes {
        throw .mismatch(
          "the network gives \(output[-1]) logits, the data has \(classes) classes",
          hint: "let the last layer have \(classes) units")
      }
    case .regression:
      if loss.isClassification {
        throw .mismatch(
          "the loss \(kind) needs classes, the data's target is a number",
          hint: "use mean_squared_error, or `task: classification`")
      }
    case .reconstruction: break
    }
  }
}
