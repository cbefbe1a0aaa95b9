internal import DataParallelism
internal import Datasets
internal import Optimizers
internal import Tensors

/// The update of a rank's step where it begins during the backward pass.
///
/// The rank's first lane prepares it before it announces its last backward pass; after that, whoever
/// carries the rank's messages begins it and updates chunks, until the step is over.
final class StepUpdate: EarlyUpdate, @unchecked Sendable {
  private let update: SliceUpdate
  private let plan: TrainingPlan
  private var step = 0
  private var rate = 0.0
  private var settings = StepSettings(step: 0, learningRate: 0, gradientScale: 0)
  private var weight = 0.0
  private var samples = 0

  init(_ update: SliceUpdate, plan: TrainingPlan) {
    self.update = update
    self.plan = plan
  }

  /// Takes what is known of a step before it begins.
  func prepare(step: Int, rate: Double) {
    self.step = step
    self.rate = rate
    samples = plan.sampleCount(ofStep: step)
  }

  /// Prepares for the step's update.
  func begin(totals: ShardRecord) -> Bool {
    settings = StepSettings(after: step, rate: rate, totals: totals)
    weight = totals.weight
    return update.canBeEarly && totals.loss.isFinite
  }

  /// Updates a chunk.
  func update(_ range: Range<Int>, _ gradient: FloatView) {
    update.visit(range, gradient, settings: settings, weight: weight, samples: samples)
  }
}

extension StepSettings {
  /// The settings of the step after so many steps.
  init(after step: Int, rate: Double, totals: ShardRecord) {
    // Samples of no weight have no gradient either.
    self.init(
      step: step + 1, learningRate: Float(rate),
      gradientScale: totals.weight > 0 ? Float(1 / totals.weight) : 0)
  }
}

extension TrainingPlan {
  /// The samples of a step.
  func sampleCount(ofStep step: Int) -> Int {
    batches.positions(step: step % batches.stepsPerEpoch).count
  }
}
