public import Options

/// Falls along half a cosine over the whole run, as PyTorch's `CosineAnnealingLR`.
///
/// With the share `t` of the run that is done: `final + (base - final) (1 + cos(π t)) / 2`. *SGDR:
/// Stochastic Gradient Descent with Warm Restarts*, Loshchilov and Hutter, 2017, without restarts.
public struct CosineSchedule: LearningRateSchedule {
  /// The name in configurations.
  public static var kind: String { "cosine" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] {
    ["eta_min": "write `final`", "T_max": "the schedule always spans the run"]
  }

  /// The rate at the end.
  public var final: FinalRate

  /// Makes the schedule.
  public init(final: FinalRate = .factor(0)) {
    self.final = final
  }

  /// Reads `final_factor` or `final`.
  public init(options: OptionReader) {
    final = FinalRate(options: options)
  }

  /// The options.
  public var options: KeyValuePairs<String, String> { [final.option.key: final.option.value] }

  /// True.
  public var dependsOnLength: Bool { true }

  /// The rate on the curve.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    let end = final.rate(from: base)
    return end + (base - end) * (1 + FixedMath.cosine(ofPi: position.progress)) / 2
  }
}
