internal import Operators
public import Options
public import Tensors

/// The hinge loss max(0, 1 - output x target) over all elements, targets -1 and 1.
public struct Hinge: Loss {
  /// The name in a configuration, `hinge`.
  public static let kind = "hinge"

  /// Makes the loss.
  public init() {}

  /// Reads no options.
  public init(options: OptionReader) {}

  /// True: an element is right where the output's sign is the target's.
  public var isClassification: Bool { true }

  /// True.
  public var targetsAreSigns: Bool { true }

  /// Sums over all elements of the batch.
  public func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    LossSums(
      LossFunctions.hinge(output: output, target: target, gradient: gradient),
      count: output.count)
  }
}
