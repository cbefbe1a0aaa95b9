public import Networks
public import Optimizers

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
  /// The step after which the run's monitor had its best value so far.
  public var bestStep: Int?
  /// That value.
  public var bestValue: Double?
  /// The monitor's value after the last step done; nil where it was not measured there.
  public var monitored: Double?
  /// For how long the monitor of early stopping has not improved.
  public var stagnation = Stagnation()
  /// What the learning rate was reduced by, where the schedule does so.
  public var plateau = Plateau()
  /// In the checkpoint at the end of a run: the step whose parameters are the run's result, where those
  /// of the last step are not.
  public var restoredStep: Int?

  /// A run at its start.
  public init() {}

  /// Counts a step.
  mutating func add(_ sums: LossSums) {
    step += 1
    epochSums = epochSums + sums
    monitored = nil
    restoredStep = nil
  }

  /// Starts the next epoch's sums.
  mutating func beginEpoch() {
    epochSums = LossSums()
  }

  /// Takes a validation.
  mutating func noteValidation(_ sums: LossSums) {
    validation = sums
    validationStep = step
  }

  /// Takes the monitor's value, and notes whether it is the best so far; of equal ones the first is the
  /// best, and one that is not a number never is.
  mutating func note(_ value: Double, by monitor: Monitor) {
    monitored = value
    guard monitor.isImproved(by: value, from: bestValue) else { return }
    bestStep = step
    bestValue = value
  }
}
