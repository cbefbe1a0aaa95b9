public import Optimizers
public import Options

/// When a run ends before its last step: the section `train.early_stopping`.
///
/// *Early Stopping, But When?*, Prechelt, 1998: the rule of successive measurements without progress.
public struct EarlyStopping: Sendable, Equatable {
  /// The metric that is watched; it also says which checkpoints are the best.
  public var monitor: Monitor
  /// Measurements without improvement after which the run ends, at least 1: validations, or epochs for
  /// a metric of the training part.
  public var patience: Int
  /// By more than this a value must be better than the best so far, 0 or more.
  public var minimumChange: Double
  /// Whether the run's result are the parameters of its best measurement in place of the last ones.
  ///
  /// The best is the best of all values, whatever ``minimumChange`` says.
  public var restoresBest: Bool

  /// Makes a rule in code.
  ///
  /// - Precondition: the patience is at least 1 and the change not negative.
  public init(
    monitor: Monitor = Monitor(.validationLoss), patience: Int = 5, minimumChange: Double = 0,
    restoresBest: Bool = true
  ) {
    precondition(
      patience >= 1 && minimumChange >= 0,
      "early stopping with patience \(patience) and a minimum change of \(minimumChange)")
    self.monitor = monitor
    self.patience = patience
    self.minimumChange = minimumChange
    self.restoresBest = restoresBest
  }

  /// Reads the section `train.early_stopping`; problems go to the reader's diagnostics.
  public init(options: OptionReader) {
    monitor = Monitor(options: options)
    patience = options.integer("patience", default: 5, in: 1...)
    minimumChange = options.nonNegativeNumber("min_change", default: 0)
    restoresBest = options.boolean("restore_best", default: true)
    options.finish(hints: [
      "min_delta": "write `min_change`", "restore_best_weights": "write `restore_best`",
    ])
  }
}
