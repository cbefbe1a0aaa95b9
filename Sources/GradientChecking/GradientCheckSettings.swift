/// How closely gradients are checked.
public struct GradientCheckSettings: Sendable {
  /// The relative error that is allowed beside what the differences themselves may be off.
  public var tolerance: Double
  /// Random directions for each tensor, beside the gradient's own.
  public var directions: Int
  /// Single elements of each tensor: half of them where the gradient is largest, the others random.
  public var elements: Int
  /// What the point, the directions and dropout's masks are drawn from.
  public var seed: UInt64

  /// Makes settings.
  ///
  /// - Precondition: the tolerance is above 0, and there is at least one direction.
  public init(
    tolerance: Double = 2e-3, directions: Int = 3, elements: Int = 4, seed: UInt64 = 0
  ) {
    precondition(tolerance > 0 && directions > 0 && elements >= 0, "settings that check nothing")
    self.tolerance = tolerance
    self.directions = directions
    self.elements = elements
    self.seed = seed
  }

  /// The largest relative bound of differences that still prove a gradient right.
  public var resolution: Double { 10 * tolerance }

  /// What an error says.
  ///
  /// - Parameters:
  ///   - error: the difference of the two slopes.
  ///   - bound: how far the differences may be off.
  ///   - scale: what both are relative to.
  /// - Returns: what a measurement with these figures proves.
  func verdict(error: Double, bound: Double, scale: Double) -> Measurement.Verdict {
    if error <= bound + tolerance * scale, bound <= resolution * scale { return .passed }
    // Twice the bound, since a bound that is itself estimated may be too small.
    return error > 2 * bound + tolerance * scale ? .failed : .inconclusive
  }
}
