public import Options

/// Multiplies the rate by a factor after each epoch or step, as PyTorch's `ExponentialLR`.
public struct ExponentialSchedule: LearningRateSchedule {
  /// How often the rate is multiplied.
  public enum Period: String, Sendable, CaseIterable {
    /// After each pass over the training data.
    case epoch
    /// After each step.
    case step
  }

  /// The name in configurations.
  public static var kind: String { "exponential" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] { ["gamma": "write `factor`"] }

  /// What the rate is multiplied by, above 0 and at most 1.
  public var factor: Double
  /// How often.
  public var period: Period

  /// Makes the schedule.
  public init(factor: Double, per period: Period = .epoch) {
    self.factor = factor
    self.period = period
  }

  /// Reads `factor`, which is required, and `per`: `epoch` or `step`.
  public init(options: OptionReader) {
    factor = options.number(
      "factor", where: { $0 > 0 && $0 <= 1 }, orElse: "above 0 and at most 1", standIn: 1)
    period = options.choice("per") ?? .epoch
  }

  /// The options.
  public var options: KeyValuePairs<String, String> {
    ["factor": "\(factor)", "per": period.rawValue]
  }

  /// The rate after the periods so far.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    let periods = period == .step ? position.step : position.step / position.stepsPerEpoch
    return base * AdamCore.power(factor, periods)
  }
}
