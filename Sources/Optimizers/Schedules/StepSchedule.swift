public import Options

/// Multiplies the rate by a factor at regular times, as PyTorch's `StepLR`.
public struct StepSchedule: LearningRateSchedule {
  /// The name in configurations.
  public static var kind: String { "step" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] {
    ["step_size": "write `every_epochs` or `every_steps`", "gamma": "write `factor`"]
  }

  /// The time from one drop to the next.
  public var every: ScheduleTime
  /// What the rate is multiplied by, from 0 to 1.
  public var factor: Double

  /// Makes the schedule.
  public init(every: ScheduleTime, factor: Double = 0.1) {
    self.every = every
    self.factor = factor
  }

  /// Reads `every_epochs` or `every_steps`, one of which is required, and `factor`.
  public init(options: OptionReader) {
    let time = options.time(steps: "every_steps", epochs: "every_epochs")
    if !options.has("every_steps") && !options.has("every_epochs") {
      options.diagnostics.report(
        "\(options.context) needs `every_epochs` or `every_steps`", at: options.mark,
        hint: "write `step: {every_epochs: 30}`")
    }
    every = time ?? .epochs(1)
    factor = options.factor("factor", default: 0.1)
  }

  /// The options.
  public var options: KeyValuePairs<String, String> {
    ["every": every.description, "factor": "\(factor)"]
  }

  /// The rate after the drops so far.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    let drops = position.step / every.steps(perEpoch: position.stepsPerEpoch)
    return base * AdamCore.power(factor, drops)
  }
}
