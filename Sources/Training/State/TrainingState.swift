internal import Configuration
package import Datasets
internal import JSONText
internal import Networks
internal import Operators
internal import Optimizers
package import Tensors

/// What a checkpoint keeps beside the tensors: where the run is, and what it must go on with.
///
/// Nothing in it depends on the number of ranks or workers.
package struct TrainingState: Sendable, Equatable {
  /// How far the run is.
  package var progress: TrainingProgress
  /// What all random numbers are drawn from.
  package var seed: UInt64
  /// Into how many shards a step is cut.
  package var shards: Int
  /// Samples of a step.
  package var globalBatch: Int
  /// Training samples.
  package var samples: Int
  /// The optimizer's name.
  package var optimizer: String
  /// The learning rate over the run, with all its options.
  package var schedule: String
  /// The rule of early stopping without its patience; `none` where there is none.
  package var earlyStopping: String
  /// The instruction-set level that computed on rank 0; nil in checkpoints of versions that did not say.
  package var instructionSet: String?
  /// What gradients and their sums are rounded to.
  package var wire: ElementType
  /// The rescaling of the data.
  package var normalization: Normalization
  /// The names of the classes; nil for a regression.
  package var classNames: [String]?

  /// The state of a run.
  package init(_ plan: TrainingPlan, progress: TrainingProgress) {
    self.progress = progress
    seed = plan.seed
    shards = plan.batches.shards
    globalBatch = plan.batches.globalBatch
    samples = plan.batches.sampleCount
    optimizer = type(of: plan.optimizer).kind
    schedule = plan.schedule.description
    if plan.schedule.curve.dependsOnLength { schedule += " over \(plan.totalSteps) steps" }
    wire = plan.wire
    earlyStopping = plan.settings.earlyStopping.map(Self.text) ?? Self.noEarlyStopping
    instructionSet = ComputeStream.instructionSet
    // Which columns are constant follows from the data and is not kept.
    let fitted = plan.data.normalization
    normalization = Normalization(kind: fitted.kind, scale: fitted.scale, shift: fitted.shift)
    if case .classification(_, let names) = plan.data.task { classNames = names }
  }

  /// What a run without a rule of early stopping has in its place.
  static let noEarlyStopping = "none"

  /// A run may be resumed with more patience, which like more epochs only moves its end.
  private static func text(_ rule: EarlyStopping) -> String {
    "by \(rule.monitor.metric.rawValue) (\(rule.monitor.mode.rawValue)), min_change "
      + "\(rule.minimumChange), restore_best \(rule.restoresBest)"
  }

  /// Refuses to go on where another run would come out.
  ///
  /// - Throws: ``TrainingError/mismatch(_:hint:)`` naming what differs.
  package func check(against plan: TrainingPlan) throws(TrainingError) {
    let own = TrainingState(plan, progress: progress)
    func compare(_ what: String, _ saved: String, _ asked: String) throws(TrainingError) {
      guard saved != asked else { return }
      throw .mismatch(
        "the checkpoint was trained with \(what) \(saved), the configuration says \(asked)",
        hint: "resume with the configuration in the run's folder, or start a new run")
    }
    try compare("seed", "\(seed)", "\(own.seed)")
    try compare("train.shards", "\(shards)", "\(own.shards)")
    try compare("train.global_batch", "\(globalBatch)", "\(own.globalBatch)")
    try compare("optimizer", optimizer, own.optimizer)
    try compare("schedule", schedule, own.schedule)
    try compare("distributed.wire", wire.rawValue, own.wire.rawValue)
    try compare("train.early_stopping", earlyStopping, own.earlyStopping)
    try compare("a number of training samples of", "\(samples)", "\(own.samples)")
    // Columns found constant are a note of the fitting; they are not stored, and change no number.
    if normalization.kind != own.normalization.kind
      || normalization.arrays != own.normalization.arrays
    {
      throw .mismatch(
        "the checkpoint's data was rescaled otherwise than this data",
        hint: "the data files have changed since; start a new run")
    }
  }
}
