public import Options

/// A penalty on the size of weights, `l1 sum |w| + l2 / 2 sum w^2`, as if it were added to the loss.
///
/// Only its gradient is ever computed, `l1 sign(w) + l2 w`: it is part of the gradient that is
/// clipped and whose norm is reported, while the loss that is reported is that of the data alone.
public struct Regularization: Sendable, Hashable {
  /// The factor of the sum of magnitudes.
  public var l1: Double
  /// Twice the factor of the sum of squares.
  public var l2: Double

  /// Makes a penalty; none unless given.
  public init(l1: Double = 0, l2: Double = 0) {
    self.l1 = l1
    self.l2 = l2
  }

  /// Reads `l1` and `l2`, 0 where absent.
  public init(options: OptionReader) {
    l1 = options.nonNegativeNumber("l1", default: 0)
    l2 = options.nonNegativeNumber("l2", default: 0)
    options.finish()
  }

  /// Whether there is no penalty.
  public var isNone: Bool { l1 == 0 && l2 == 0 }
}
