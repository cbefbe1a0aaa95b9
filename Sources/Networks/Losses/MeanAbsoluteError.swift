internal import Operators
public import Options
public import Tensors

/// Mean absolute error over all elements.
public struct MeanAbsoluteError: Loss {
  /// The name in a configuration, `mean_absolute_error`.
  public static let kind = "mean_absolute_error"

  /// Makes the loss.
  public init() {}

  /// Reads no options.
  public init(options: OptionReader) {}

  /// False: the metrics are the errors.
  public var isClassification: Bool { false }

  /// Sums over all elements of the batch.
  public func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    LossSums(
      LossFunctions.meanAbsoluteError(output: output, target: target, gradient: gradient),
      count: output.count)
  }
}
