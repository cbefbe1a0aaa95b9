internal import Configuration
internal import Optimizers

/// For how long the monitor of early stopping has not improved.
public struct Stagnation: Sendable, Equatable {
  /// The last value that counted as an improvement; nil where there was none.
  public var best: Double?
  /// The step after which it was measured.
  public var bestStep: Int?
  /// Measurements since then.
  public var waited = 0

  /// Nothing was measured yet.
  public init() {}

  /// Takes a measurement; one that is not a number is no improvement.
  mutating func observe(_ value: Double, step: Int, rule: EarlyStopping) {
    let change = MinimumChange.absolute(rule.minimumChange)
    if rule.monitor.isImproved(by: value, from: best, change: change) {
      best = value
      bestStep = step
      waited = 0
    } else {
      waited += 1
    }
  }
}
