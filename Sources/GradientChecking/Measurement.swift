/// The slope of the loss along one direction, as the backward pass and as differences have it.
public struct Measurement: Sendable {
  /// What of a measurement holds.
  public enum Verdict: String, Sendable {
    /// The two agree, and the differences are sharp enough to tell.
    case passed
    /// They differ by clearly more than the differences may be off.
    case failed
    /// The differences are not sharp enough.
    case inconclusive
  }

  /// Which direction: `along the gradient`, `random direction 1`, `element [3, 5]`.
  public let direction: String
  /// The backward pass's slope.
  public let analytic: Double
  /// The differences' slope.
  public let numeric: Double
  /// How far the differences' slope may be off.
  public let bound: Double
  /// What an error is measured against: the largest of both slopes and of what such directions
  /// typically meet; the largest of any tensor where there is no slope to speak of.
  public let scale: Double
  /// The largest step of the differences, as a share of the tensor's root mean square.
  public let step: Double
  /// Whether the loss has a kink at the point or near by.
  public let hasKink: Bool
  /// What holds.
  public let verdict: Verdict

  /// The difference of the two slopes, relative to ``scale``.
  public var relativeError: Double { abs(analytic - numeric) / scale }
  /// ``bound`` relative to ``scale``.
  public var relativeBound: Double { bound / scale }

  /// The same figures under another verdict.
  func with(_ verdict: Verdict) -> Measurement {
    Measurement(
      direction: direction, analytic: analytic, numeric: numeric, bound: bound, scale: scale,
      step: step, hasKink: hasKink, verdict: verdict)
  }
}
