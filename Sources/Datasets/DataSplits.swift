public import Tensors

/// A run's data, ready for training: parts, rescaling, task.
public struct DataSplits: Sendable {
  /// The part that is trained on.
  public let train: Dataset
  /// The part that decides on stopping and on the best checkpoint; nil for none.
  public let validation: Dataset?
  /// The part that is looked at once, at the end; nil for none.
  public let test: Dataset?

  /// Takes parts and fits a rescaling to the training part; all parts get it.
  ///
  /// - Parameters:
  ///   - train: the part that is trained on, not empty.
  ///   - validation: the part that decides on stopping. Default: none.
  ///   - test: the part that is looked at once. Default: none.
  ///   - normalize: the kind of rescaling. Default: none.
  /// - Precondition: the parts have one sample shape and one task.
  public init(
    train: Dataset, validation: Dataset? = nil, test: Dataset? = nil,
    normalize: Normalization.Kind = .none
  ) {
    for part in [validation, test].compactMap({ $0 }) {
      precondition(
        part.sampleShape == train.sampleShape && part.task == train.task,
        "training, validation and test samples must have one shape and one task")
    }
    let normalization = Normalization.fitted(normalize, to: train)
    self.train = train.normalized(by: normalization)
    self.validation = validation?.normalized(by: normalization)
    self.test = test?.normalized(by: normalization)
  }

  /// The same parts without the one that is looked at once, for whoever must not look at it.
  public var withoutTest: DataSplits { DataSplits(normalizedTrain: train, validation) }

  private init(normalizedTrain train: Dataset, _ validation: Dataset?) {
    self.train = train
    self.validation = validation
    test = nil
  }

  private init(_ splits: DataSplits, normalization: Normalization) {
    train = splits.train.normalized(by: normalization)
    validation = splits.validation?.normalized(by: normalization)
    test = splits.test?.normalized(by: normalization)
  }

  /// The rescaling that batches of all parts get.
  public var normalization: Normalization { train.normalization }

  /// What is to be predicted.
  public var task: DataTask { train.task }

  /// The shape of a sample.
  public var inputShape: Shape { train.sampleShape }

  /// The same parts with a rescaling from a checkpoint in place of the fitted one.
  ///
  /// - Throws: ``DatasetError`` where it was fitted to samples of another width.
  public func normalized(by normalization: Normalization) throws(DatasetError) -> DataSplits {
    guard normalization.isIdentity || normalization.scale.count == train.columnCount else {
      throw DatasetError(
        "expected a normalization for \(train.columnCount) columns or channels, found one for "
          + "\(normalization.scale.count)",
        hint: "the checkpoint was trained on other data")
    }
    return DataSplits(self, normalization: normalization)
  }
}
