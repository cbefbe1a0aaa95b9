internal import Operators
public import Options
public import Tensors

/// Cross entropy of sigmoids, from logits and targets between 0 and 1, over all elements.
public struct BinaryCrossEntropy: Loss {
  /// The name in a configuration, `binary_cross_entropy`.
  public static let kind = "binary_cross_entropy"
  /// How much a positive target weighs, 1 by default.
  public var positiveWeight: Double

  /// Binary cross entropy.
  public init(positiveWeight: Double = 1) {
    self.positiveWeight = positiveWeight
  }

  /// Reads `positive_weight`.
  public init(options: OptionReader) {
    positiveWeight = options.positiveNumber("positive_weight", default: 1)
  }

  /// True: an element is right where the sign of its logit agrees with its target.
  public var isClassification: Bool { true }

  /// The outputs are logits.
  public var prediction: Prediction { .sigmoid }

  /// Sums over all elements of the batch.
  public func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    LossSums(
      LossFunctions.binaryCrossEntropy(
        logits: output, targets: target, positiveWeight: Float(positiveWeight), gradient: gradient),
      count: output.count)
  }
}
