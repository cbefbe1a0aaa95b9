public import Options

/// The learning rate of a whole run: a warm-up, if any, and the schedule that begins at its end.
public struct Schedule: Sendable, CustomStringConvertible {
  /// The schedule, which counts steps and epochs from the end of the warm-up.
  public var curve: any LearningRateSchedule
  /// The rise before it; nil for none.
  public var warmup: Warmup?

  /// Joins a schedule and its warm-up; by default the rate is constant.
  public init(_ curve: any LearningRateSchedule = ConstantSchedule(), warmup: Warmup? = nil) {
    self.curve = curve
    self.warmup = warmup
  }

  /// The schedule with all its options, as a text that only equal schedules share.
  public var description: String {
    var options = curve.options.map { "\($0.key): \($0.value)" }
    if let warmup {
      options.append("warmup: \(warmup.length)")
      options.append("warmup_start_factor: \(warmup.startFactor)")
    }
    let kind = type(of: curve).kind
    return options.isEmpty ? kind : "\(kind) {\(options.joined(separator: ", "))}"
  }

  /// The length of the warm-up in steps.
  ///
  /// - Parameter stepsPerEpoch: steps of an epoch.
  /// - Returns: its steps, 0 where there is none.
  public func warmupSteps(perEpoch stepsPerEpoch: Int) -> Int {
    warmup?.length.steps(perEpoch: stepsPerEpoch) ?? 0
  }

  /// Refuses a warm-up that the run is too short for.
  ///
  /// - Parameters:
  ///   - totalSteps: steps of the run.
  ///   - stepsPerEpoch: steps of an epoch.
  /// - Throws: `OptionsError` with the place where the warm-up was written.
  public func check(totalSteps: Int, stepsPerEpoch: Int) throws(OptionsError) {
    let steps = warmupSteps(perEpoch: stepsPerEpoch)
    guard let warmup, steps > totalSteps else { return }
    throw OptionsError(problems: [
      Diagnostic(
        "the warm-up of the schedule takes \(steps) steps, the whole run has \(totalSteps)",
        at: warmup.mark, hint: "warm up for less, or train longer")
    ])
  }

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - base: the learning rate of the optimizer.
  ///   - position: the step, counted from the start of the run.
  /// - Returns: the rate, the same bits on every machine.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    guard let warmup else { return curve.learningRate(from: base, at: position) }
    let steps = warmup.length.steps(perEpoch: position.stepsPerEpoch)
    var afterWarmup = position
    afterWarmup.step = max(0, position.step - steps)
    // Where the warm-up is the whole run, the curve still has a first rate.
    afterWarmup.totalSteps = max(1, position.totalSteps - steps)
    let rate = curve.learningRate(from: base, at: afterWarmup)
    return position.step < steps ? rate * warmup.factor(atStep: position.step, of: steps) : rate
  }
}
