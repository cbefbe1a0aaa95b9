internal import Glibc

/// The normal distribution of mean 0 and deviation 1.
enum StandardNormal {
  /// The probability of a number up to `z`.
  static func cumulative(_ z: Double) -> Double {
    0.5 * erfc(-z * 0.5.squareRoot())
  }

  /// The probability of a number between two, exact in both tails.
  static func mass(_ low: Double, _ high: Double) -> Double {
    low > 0 ? cumulative(-low) - cumulative(-high) : cumulative(high) - cumulative(low)
  }

  /// The probability density at `z`.
  static func density(_ z: Double) -> Double {
    exp(-0.5 * z * z) * (0.5 / .pi).squareRoot()
  }
}
