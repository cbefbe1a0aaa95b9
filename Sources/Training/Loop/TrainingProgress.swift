public import Networks

/// How far a run is: everything that a checkpoint must keep beside the tensors.
public struct TrainingProgress: Sendable, Equatable {
  /// Steps done.
  public var step = 0
  /// The sums over the steps of the epoch that is under way.
  public var epochSums = LossSums()
  /// The sums of the last validation; nil where there was none yet.
  public var validation: LossSums?
  /// The step after which that validation was.
  public var validationStep: Int?
  /// The step of the best validation so far.
  public var bestStep: Int?
  /// The value of the best validation so far: accuracy, or the mean loss.
  public var bestValue: Double?

  /// A run at its start.
  public init() {}

  /// Counts a step.
  mutating func add(_ sums: LossSums) {
    step += 1
    epochSums = epochSums + sums
  }

  /// Starts the next epoch's sums.
  mutating func beginEpoch() {
    epochSums = LossSums()
  }

  /// Takes a validation, and notes whether it is the best so far; of equal ones the first is the best,
  /// and one that is not a number never is.
  mutating func noteValidation(_ sums: LossSums, isClassification: Bool) {
    validation = sums
    validationStep = step
    let value = isClassification ? sums.accuracy : sums.meanLoss
    if value.isNaN { return }
    if let best = bestValue, isClassification ? value <= best : value >= best { return }
    bestStep = step
    bestValue = value
  }
}
