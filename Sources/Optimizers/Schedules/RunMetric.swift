/// A metric of a run that decisions can be taken by, named as in records: `validation/loss`.
public struct RunMetric: Sendable, Hashable, CaseIterable, RawRepresentable {
  /// The part of the data that it is measured on.
  public enum Part: String, Sendable, CaseIterable {
    /// The validation part, at each validation.
    case validation
    /// The training part, over the steps of each epoch.
    case train
  }

  /// What is measured.
  public enum Quantity: String, Sendable, CaseIterable {
    /// The mean loss.
    case loss
    /// The share of right predictions; of classifications alone.
    case accuracy
    /// The root of the mean squared error; of regressions alone.
    case rmse
    /// The mean absolute error; of regressions alone.
    case mae
  }

  /// The part of the data.
  public var part: Part
  /// What is measured on it.
  public var quantity: Quantity

  /// Names a metric.
  public init(_ part: Part, _ quantity: Quantity) {
    self.part = part
    self.quantity = quantity
  }

  /// Finds the metric of a name.
  ///
  /// - Returns: nil for any other text.
  public init?(rawValue: String) {
    guard let metric = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = metric
  }

  /// The name: `validation/loss`.
  public var rawValue: String { "\(part.rawValue)/\(quantity.rawValue)" }

  /// All metrics of all parts.
  public static var allCases: [RunMetric] {
    Part.allCases.flatMap { part in Quantity.allCases.map { RunMetric(part, $0) } }
  }

  /// The mean loss over the validation part.
  public static let validationLoss = RunMetric(.validation, .loss)
  /// The share of right predictions over the validation part.
  public static let validationAccuracy = RunMetric(.validation, .accuracy)
  /// The mean loss over an epoch's steps.
  public static let trainLoss = RunMetric(.train, .loss)
}
