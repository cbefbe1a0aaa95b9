public import Options

/// When checkpoints are written and which are kept: the section `train.checkpoint`.
///
/// Without ``everySteps`` and ``everyEpochs`` one is written after each epoch; the end of a run
/// writes one in any case.
public struct CheckpointSettings: Sendable, Equatable {
  /// Steps from one checkpoint to the next; nil for none by steps.
  public var everySteps: Int?
  /// Epochs from one checkpoint to the next; nil for none by epochs.
  public var everyEpochs: Int?
  /// How many of the last checkpoints are kept, at least 1.
  public var keepLast: Int
  /// How many of the best checkpoints are kept besides, 0 for none.
  public var keepBest: Int
  /// Whether any are written before the end of the run; only code may say no.
  public var isPeriodic = true

  /// Makes settings in code.
  public init(
    everySteps: Int? = nil, everyEpochs: Int? = nil, keepLast: Int = 2, keepBest: Int = 1
  ) {
    self.everySteps = everySteps
    self.everyEpochs = everyEpochs
    self.keepLast = keepLast
    self.keepBest = keepBest
  }

  /// Reads the section `train.checkpoint`; problems go to the reader's diagnostics.
  public init(options: OptionReader) {
    everySteps = options.optionalInteger("every_steps", in: 1...)
    everyEpochs = options.optionalInteger("every_epochs", in: 1...)
    keepLast = options.integer("keep_last", default: 2, in: 1...)
    keepBest = options.integer("keep_best", default: 1, in: 0...)
    options.finish()
  }
}
