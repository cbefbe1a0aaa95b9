public import Options

/// The optimizer's learning rate throughout.
public struct ConstantSchedule: LearningRateSchedule {
  /// The name in configurations.
  public static var kind: String { "constant" }

  /// Makes the schedule.
  public init() {}

  /// Reads no options.
  public init(options: OptionReader) {}

  /// None.
  public var options: KeyValuePairs<String, String> { [:] }

  /// The optimizer's rate.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double { base }
}
