public import Options

/// All learning-rate schedules by name.
public enum ScheduleRegistry {
  /// The schedules, one line each; the order is that of messages.
  private static var types: [any LearningRateSchedule.Type] {
    [
      ConstantSchedule.self,
      StepSchedule.self,
      MultiStepSchedule.self,
      ExponentialSchedule.self,
      CosineSchedule.self,
      PolynomialSchedule.self,
      OneCycleSchedule.self,
      ReduceOnPlateau.self,
    ]
  }

  /// The names of all schedules.
  public static var kinds: [String] { types.map { $0.kind } }

  /// Reads a schedule from the forms `cosine` and `cosine: {warmup_steps: 200}`.
  ///
  /// - Parameters:
  ///   - value: the value of the key `schedule`.
  ///   - diagnostics: where problems go.
  /// - Returns: the schedule, its wrong options replaced by harmless ones; nil where the name is
  ///   wrong. Both are reported.
  public static func decode(_ value: OptionValue, diagnostics: Diagnostics) -> Schedule? {
    guard
      let (name, mark, options) = OptionReader.named(
        value, what: "schedule", diagnostics: diagnostics)
    else { return nil }
    guard let type = types.first(where: { $0.kind == name }) else {
      diagnostics.reportUnknown(name, of: ("schedule", "schedules"), at: mark, known: kinds)
      return nil
    }
    let schedule = Schedule(type.init(options: options), warmup: Warmup(options: options))
    let hints = type.foreignKeys.merging(Warmup.foreignKeys) { own, _ in own }
    options.finish(hints: hints)
    return schedule
  }
}
