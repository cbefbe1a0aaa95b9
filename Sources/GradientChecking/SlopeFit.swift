/// What differences of a loss on both sides of a point say of its slope there, and how surely.
///
/// The numbers fitted are what is left of the loss after the analytic slope was taken away:
/// r(t) = L(t) - L'(0) t at t = ±step/n, ..., ±step. Its odd part is e t + c t^3 + ..., where e is by
/// how much the differences' slope exceeds the analytic one; its even part is k |t| + q t^2 + ...,
/// where k is not 0 if the loss has a kink at the very point. A kink farther off shows as a scatter
/// around both fits that rounding does not explain.
struct SlopeFit {
  /// By how much the differences' slope exceeds the analytic one.
  let excess: Double
  /// How far `excess` may be off: rounding, truncation and kinks together.
  let bound: Double
  /// The part of `bound` that is rounding, which a larger step makes smaller.
  let rounding: Double
  /// Whether one side's slope differs from the other's, or the scatter shows a kink near by.
  let hasKink: Bool

  /// Standard deviations that a bound spans: with 4 degrees of freedom one in sixty fits scatters
  /// so far, and a verdict never rests on one fit.
  private static let deviations = 4.0

  /// Fits.
  ///
  /// - Parameters:
  ///   - above: r at step/n, 2 step/n, ..., step.
  ///   - below: r at -step/n, -2 step/n, ..., -step.
  ///   - centre: r at 0.
  ///   - step: the largest t.
  ///   - noise: the standard deviation of the loss's rounding.
  init(above: [Double], below: [Double], centre: Double, step: Double, noise: Double) {
    let odd = zip(above, below).map { ($0 - $1) / 2 }
    let even = zip(above, below).map { ($0 + $1) / 2 - centre }
    guard (odd + even).allSatisfy(\.isFinite) else {
      (excess, bound, rounding, hasKink) = (0, .infinity, 0, false)
      return
    }
    let cubic = PowerFit(odd, powers: 1, 3)
    let oddNoise = noise * 0.5.squareRoot()
    rounding = Self.deviations * oddNoise * cubic.spread / step
    let scattered = Self.deviations * max(cubic.scatter, oddNoise) * cubic.spread / step
    // What the cubic term corrects; what is left after it is smaller.
    let truncation = abs(PowerFit.slope(odd) - cubic.first) / step
    let sides = PowerFit(even, powers: 1, 2)
    let evenNoise = max(sides.scatter, noise * 1.5.squareRoot())
    let kink = abs(sides.first) / step
    let unexplained =
      kink - truncation - Self.deviations * evenNoise * sides.spread / step
    excess = cubic.first / step
    bound = scattered + truncation + max(0, unexplained) / 2
    hasKink = unexplained > 0 || cubic.scatter > Self.deviations * oddNoise
  }
}
