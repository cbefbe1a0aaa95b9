public import Options

/// Multiplies the rate by a factor at each of some milestones, as PyTorch's `MultiStepLR`.
///
/// A milestone beyond the end of the run is never reached, which is no error.
public struct MultiStepSchedule: LearningRateSchedule {
  /// The name in configurations.
  public static var kind: String { "multi_step" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] {
    [
      "milestones": "write them as `epochs: [30, 60]` or as `steps: [1000, 2000]`",
      "gamma": "write `factor`",
    ]
  }

  /// When the rate drops, in any order; one that is named twice drops it twice.
  public var milestones: [ScheduleTime]
  /// What the rate is multiplied by, from 0 to 1.
  public var factor: Double

  /// Makes the schedule.
  public init(milestones: [ScheduleTime], factor: Double = 0.1) {
    self.milestones = milestones
    self.factor = factor
  }

  /// Reads the milestones as `epochs` or `steps`, one of which is required, and `factor`.
  public init(options: OptionReader) {
    let epochs = options.integers("epochs", in: 1...)
    let steps = options.integers("steps", in: 1...)
    switch (options.has("epochs"), options.has("steps")) {
    case (true, true): options.reportBoth("epochs", "steps")
    case (false, false):
      options.diagnostics.report(
        "\(options.context) needs milestones", at: options.mark,
        hint: "write `multi_step: {epochs: [30, 60]}` or `multi_step: {steps: [1000, 2000]}`")
    default: break
    }
    milestones =
      epochs.map { $0.map(ScheduleTime.epochs) } ?? steps.map { $0.map(ScheduleTime.steps) } ?? []
    factor = options.factor("factor", default: 0.1)
  }

  /// The options.
  public var options: KeyValuePairs<String, String> {
    let text = milestones.map(\.description).joined(separator: ", ")
    return ["milestones": "[\(text)]", "factor": "\(factor)"]
  }

  /// The rate after the milestones reached so far.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    let drops = milestones.count { $0.steps(perEpoch: position.stepsPerEpoch) <= position.step }
    return base * AdamCore.power(factor, drops)
  }
}
