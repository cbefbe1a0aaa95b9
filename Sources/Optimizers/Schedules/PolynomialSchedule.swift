public import Options

/// Falls by a power of the share of the run that is left, as PyTorch's `PolynomialLR`.
///
/// With the share `t` of the run that is done: `final + (base - final) (1 - t)^power`; power 1 is a
/// straight line.
public struct PolynomialSchedule: LearningRateSchedule {
  /// The largest power.
  static var largestPower: Double { 100 }

  /// The name in configurations.
  public static var kind: String { "polynomial" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] {
    ["total_iters": "the schedule always spans the run"]
  }

  /// The power, above 0 and at most 100.
  public var power: Double
  /// The rate at the end.
  public var final: FinalRate

  /// Makes the schedule.
  ///
  /// - Precondition: the power is above 0 and at most 100.
  public init(power: Double = 1, final: FinalRate = .factor(0)) {
    precondition(
      power > 0 && power <= Self.largestPower, "polynomial: the power is \(power)")
    self.power = power
    self.final = final
  }

  /// Reads `power`, and `final_factor` or `final`.
  public init(options: OptionReader) {
    power = options.number(
      "power", default: 1, where: { $0 > 0 && $0 <= Self.largestPower },
      orElse: "above 0 and at most 100", standIn: 1)
    final = FinalRate(options: options)
  }

  /// The options.
  public var options: KeyValuePairs<String, String> {
    ["power": "\(power)", final.option.key: final.option.value]
  }

  /// True.
  public var dependsOnLength: Bool { true }

  /// The rate on the curve.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    let end = final.rate(from: base)
    return end + (base - end) * FixedMath.power(1 - position.progress, power)
  }
}
