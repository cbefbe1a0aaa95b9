internal import Options

/// A rise of the learning rate before the schedule begins, as PyTorch's `LinearLR` before another
/// schedule in a `SequentialLR`.
///
/// At step `s` of `w` the rate is `startFactor + (1 - startFactor) s / w` times the schedule's first
/// rate. *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*, Goyal and others, 2017.
public struct Warmup: Sendable {
  /// What to say about names that other programs have for the options.
  static var foreignKeys: [String: String] {
    [
      "warmup": "write `warmup_steps` or `warmup_epochs`",
      "start_factor": "write `warmup_start_factor`",
    ]
  }

  /// How long the rate rises.
  public var length: ScheduleTime
  /// The share of the schedule's first rate that the first step has, from 0 to 1.
  public var startFactor: Double
  /// Where the length was written; nil for a warm-up made in code.
  var mark: SourceMark?

  /// Makes a warm-up; from 0, the first step moves nothing but the optimizer's state.
  ///
  /// - Precondition: the factor is from 0 to 1.
  public init(_ length: ScheduleTime, startFactor: Double = 0) {
    precondition(
      startFactor >= 0 && startFactor <= 1, "a warm-up from \(startFactor) times the rate")
    self.length = length
    self.startFactor = startFactor
  }

  /// Reads `warmup_steps` or `warmup_epochs`, and `warmup_start_factor`.
  ///
  /// - Returns: nil where the schedule has no warm-up.
  init?(options: OptionReader) {
    let (stepsKey, epochsKey) = ("warmup_steps", "warmup_epochs")
    let time = options.time(steps: stepsKey, epochs: epochsKey)
    startFactor = options.factor("warmup_start_factor", default: 0)
    guard let time else {
      if options.has("warmup_start_factor") {
        options.report(
          "`warmup_start_factor` of \(options.context) needs a warm-up",
          for: "warmup_start_factor", hint: "add `warmup_steps` or `warmup_epochs`")
      }
      return nil
    }
    length = time
    mark = options.value(options.has(stepsKey) ? stepsKey : epochsKey)?.mark
  }

  /// What to multiply the schedule's first rate by, at a step before the end of the warm-up.
  func factor(atStep step: Int, of steps: Int) -> Double {
    startFactor + (1 - startFactor) * (Double(step) / Double(steps))
  }
}
