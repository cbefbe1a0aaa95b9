internal import Operators
public import Options
public import Tensors

/// Huber's loss over all elements: squared within `delta`, linear beyond.
///
/// Reference: "Robust Estimation of a Location Parameter", Huber, 1964.
public struct Huber: Loss {
  /// The name in a configuration, `huber`.
  public static let kind = "huber"
  /// Where the loss turns linear, 1 by default.
  public var delta: Double

  /// Huber's loss.
  public init(delta: Double = 1) {
    self.delta = delta
  }

  /// Reads `delta`.
  public init(options: OptionReader) {
    delta = options.positiveNumber("delta", default: 1)
  }

  /// False: the metrics are the errors.
  public var isClassification: Bool { false }

  /// Sums over all elements of the batch.
  public func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    LossSums(
      LossFunctions.huber(
        output: output, target: target, delta: Float(delta), gradient: gradient),
      count: output.count)
  }
}
