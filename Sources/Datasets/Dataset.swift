public import Tensors

/// Samples and their targets in memory: the training, validation or test part of a run's data.
///
/// Parts of one file are views: they share the features and differ in which rows they show. Images
/// stay bytes until a batch is gathered, which takes a quarter of the memory of floats.
public final class Dataset: Sendable {
  /// The features as the source gave them, a sample after the other.
  enum Features: Sendable {
    case bytes([UInt8])
    case floats([Float])
  }

  /// The shape of a sample: `[height, width, channels]` of an image, `[features]` of a table row.
  public let sampleShape: Shape
  /// The number of elements of a sample.
  public let sampleSize: Int
  /// The number of samples.
  public let count: Int
  /// One number a sample: the class id, or the value to predict; empty where the source has none and
  /// each sample is its own target.
  public let targets: [Float]
  /// The names of the classes by id; nil where the source has none.
  public let classNames: [String]?
  /// Whether each sample, as batches hold it, is its own target.
  public let reconstructs: Bool
  /// The names of a table's feature columns; nil for everything else.
  public let columnNames: [String]?
  /// The rescaling that batches get.
  public let normalization: Normalization

  let features: Features
  /// The row of `features` of each sample; nil where the dataset shows all rows in order.
  let rows: [UInt32]?

  init(
    features: Features, sampleShape: Shape, targets: [Float], classNames: [String]?,
    columnNames: [String]?
  ) {
    self.features = features
    self.sampleShape = sampleShape
    self.sampleSize = sampleShape.count
    self.count = targets.count
    self.targets = targets
    self.classNames = classNames
    self.columnNames = columnNames
    reconstructs = false
    rows = nil
    normalization = .identity
  }

  /// Samples that are their own targets.
  init(features: Features, sampleShape: Shape, count: Int, columnNames: [String]?) {
    self.features = features
    self.sampleShape = sampleShape
    self.sampleSize = sampleShape.count
    self.count = count
    self.columnNames = columnNames
    targets = []
    classNames = nil
    reconstructs = true
    rows = nil
    normalization = .identity
  }

  /// The same features, shared, under another view.
  private init(
    _ other: Dataset, rows: [UInt32]?, targets: [Float], normalization: Normalization,
    reconstructs: Bool
  ) {
    features = other.features
    sampleShape = other.sampleShape
    sampleSize = other.sampleSize
    classNames = other.classNames
    columnNames = other.columnNames
    count = rows?.count ?? other.count
    self.rows = rows
    self.targets = targets
    self.normalization = normalization
    self.reconstructs = reconstructs
  }

  /// What the samples' targets are.
  public var task: DataTask {
    if reconstructs { return .reconstruction }
    return classNames.map { .classification(classes: $0.count, names: $0) }
      ?? .regression(outputs: 1)
  }

  /// The shape of a sample's target, empty for a single number.
  public var targetShape: Shape { reconstructs ? sampleShape : [] }

  /// The same samples, each its own target; features are shared, not copied.
  public var reconstructing: Dataset {
    Dataset(
      self, rows: rows, targets: targets, normalization: normalization, reconstructs: true)
  }

  /// The samples at some positions, in the order given; features are shared, not copied.
  ///
  /// - Precondition: each position is below ``count``.
  public func subset(_ positions: [UInt32]) -> Dataset {
    Dataset(
      self, rows: rows.map { rows in positions.map { rows[Int($0)] } } ?? positions,
      targets: targets.isEmpty ? [] : positions.map { targets[Int($0)] },
      normalization: normalization, reconstructs: reconstructs)
  }

  /// The same samples with another rescaling; features are shared, not copied.
  ///
  /// - Precondition: the rescaling has one pair for each index of the samples' last axis.
  public func normalized(by normalization: Normalization) -> Dataset {
    precondition(
      normalization.isIdentity || normalization.scale.count == columnCount,
      "a normalization of \(normalization.scale.count) columns for samples of \(sampleShape)")
    return Dataset(
      self, rows: rows, targets: targets, normalization: normalization,
      reconstructs: reconstructs)
  }

  /// The indices in `features` of the elements of a sample.
  func elements(at position: Int) -> Range<Int> {
    let row = rows.map { Int($0[position]) } ?? position
    return row * sampleSize..<(row + 1) * sampleSize
  }
}

extension Dataset {
  /// Wraps samples given as floats.
  ///
  /// - Parameters:
  ///   - features: the samples, one after the other, row-major.
  ///   - sampleShape: the shape of a sample.
  ///   - targets: one number a sample: the class id, or the value to predict.
  ///   - classNames: the names of the classes by id; nil for regression.
  /// - Precondition: there are as many samples as targets, and each class id has a name.
  public convenience init(
    features: [Float], sampleShape: Shape, targets: [Float], classNames: [String]? = nil
  ) {
    Self.check(elements: features.count, sampleShape, targets, classNames)
    self.init(
      features: .floats(features), sampleShape: sampleShape, targets: targets,
      classNames: classNames, columnNames: nil)
  }

  /// Wraps samples given as bytes, as images are; batches hold the values 0 to 255 as floats.
  ///
  /// - Parameters:
  ///   - features: the samples, one after the other, row-major.
  ///   - sampleShape: the shape of a sample.
  ///   - targets: one number a sample: the class id, or the value to predict.
  ///   - classNames: the names of the classes by id; nil for regression.
  /// - Precondition: there are as many samples as targets, and each class id has a name.
  public convenience init(
    bytes features: [UInt8], sampleShape: Shape, targets: [Float], classNames: [String]? = nil
  ) {
    Self.check(elements: features.count, sampleShape, targets, classNames)
    self.init(
      features: .bytes(features), sampleShape: sampleShape, targets: targets,
      classNames: classNames, columnNames: nil)
  }

  private static func check(
    elements: Int, _ shape: Shape, _ targets: [Float], _ classNames: [String]?
  ) {
    precondition(
      elements == targets.count * shape.count && targets.count <= UInt32.max,
      "\(elements) elements are not \(targets.count) samples of \(shape)")
    if let classNames {
      precondition(
        targets.allSatisfy { $0 >= 0 && $0 < Float(classNames.count) && $0 == $0.rounded(.down) },
        "targets must be class ids from 0 to \(classNames.count - 1)")
    }
  }
}

/// What a network is to predict.
public enum DataTask: Sendable, Hashable {
  /// One of some classes, whose names go by id.
  case classification(classes: Int, names: [String])
  /// That many numbers.
  case regression(outputs: Int)
  /// The sample itself.
  case reconstruction
}
