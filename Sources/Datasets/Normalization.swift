/// The fitted rescaling of features: `x * scale + shift`, with one pair for each index of a sample's
/// last axis (each column of a table, each channel of an image).
public struct Normalization: Sendable, Hashable {
  /// The kinds of rescaling.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// To mean 0 and standard deviation 1 (of the population: divided by n).
    case standardize
    /// To the range from 0 to 1.
    case minMax = "min_max"
    /// Not at all: features are used as they are in the source, images as 0 to 255.
    case none
  }

  /// The kind.
  public let kind: Kind
  /// The factors; empty for `none`.
  public let scale: [Float]
  /// The terms added after scaling; empty for `none`.
  public let shift: [Float]
  /// The columns or channels that have one value only in the training part: their scale is 1.
  public let constantColumns: [Int]

  /// The rescaling that changes nothing.
  public static let identity = Normalization(kind: .none, scale: [], shift: [])

  /// Makes a rescaling from stored figures.
  ///
  /// - Precondition: there are as many shifts as scales, and none for `none`.
  public init(kind: Kind, scale: [Float], shift: [Float], constantColumns: [Int] = []) {
    precondition(
      scale.count == shift.count && (kind != .none || scale.isEmpty),
      "\(scale.count) scales and \(shift.count) shifts are no normalization of kind \(kind)")
    self.kind = kind
    self.scale = scale
    self.shift = shift
    self.constantColumns = constantColumns
  }

  /// The figures by name, `scale` and `shift`, as a checkpoint stores them; empty for `none`.
  public var arrays: [String: [Float]] {
    kind == .none ? [:] : ["scale": scale, "shift": shift]
  }

  /// Restores a rescaling from what ``arrays`` gave.
  ///
  /// - Throws: ``DatasetError`` where an array is missing or the sizes differ.
  public init(kind: Kind, arrays: [String: [Float]]) throws(DatasetError) {
    if kind == .none {
      self = .identity
      return
    }
    guard let scale = arrays["scale"], let shift = arrays["shift"], scale.count == shift.count
    else {
      let found = arrays.keys.sorted().map { "\($0) [\(arrays[$0]?.count ?? 0)]" }
      throw DatasetError(
        "expected `scale` and `shift` of one size for the normalization `\(kind.rawValue)`, found "
          + (found.isEmpty ? "nothing" : found.joined(separator: ", ")))
    }
    self.init(kind: kind, scale: scale, shift: shift)
  }

  /// Takes the rescaling back, for samples one after the other.
  public func restored(_ values: [Float]) -> [Float] {
    if isIdentity { return values }
    return values.enumerated().map { index, value in
      let column = index % scale.count
      return Float((Double(value) - Double(shift[column])) / Double(scale[column]))
    }
  }

  /// Whether features pass unchanged.
  var isIdentity: Bool { scale.isEmpty }
}

extension Normalization {
  /// Fits a rescaling to a dataset's features as they are stored, before any rescaling.
  ///
  /// The figures are computed in double precision (exactly, for features stored as bytes) in the order
  /// of the samples, so that they depend on nothing but the samples.
  ///
  /// - Parameters:
  ///   - kind: the kind of rescaling.
  ///   - dataset: the training part, not empty.
  /// - Returns: the rescaling.
  /// - Complexity: O(elements).
  public static func fitted(_ kind: Kind, to dataset: Dataset) -> Normalization {
    precondition(dataset.count > 0, "a normalization cannot be fitted to no samples")
    if kind == .none { return .identity }
    var scales: [Float] = []
    var shifts: [Float] = []
    var constants: [Int] = []
    for (index, column) in dataset.columnStatistics().enumerated() {
      let (origin, width) =
        kind == .standardize
        ? (column.mean, column.standardDeviation)
        : (column.minimum, column.maximum - column.minimum)
      var scale = Float(1 / width)
      if column.minimum == column.maximum || !scale.isFinite {
        scale = 1
        constants.append(index)
      }
      scales.append(scale)
      // From the rounded scale, so that the origin lands on 0 even where it is large.
      shifts.append(Float(-origin * Double(scale)))
    }
    return Normalization(kind: kind, scale: scales, shift: shifts, constantColumns: constants)
  }
}
