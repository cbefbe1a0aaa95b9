public import Options

/// Multiplies the rate by a factor where a metric has not improved for a while, as PyTorch's
/// `ReduceLROnPlateau`.
///
/// The one schedule whose rate depends on what came out so far: ``observe(_:in:base:)`` takes each
/// measurement, and the ``Plateau`` it keeps belongs to the run, which stores it in checkpoints.
public struct ReduceOnPlateau: LearningRateSchedule {
  /// How `min_change` is meant, by PyTorch's names.
  private enum ThresholdMode: String, CaseIterable {
    case rel
    case abs
  }

  /// The name in configurations.
  public static var kind: String { "reduce_on_plateau" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] {
    [
      "threshold": "write `min_change`", "min_lr": "write `minimum`", "eps": "write `epsilon`",
      "min_delta": "write `min_change`",
    ]
  }

  /// The metric that is watched.
  public var monitor: Monitor
  /// What the rate is multiplied by, from 0 to below 1.
  public var factor: Double
  /// Measurements without improvement that are borne; the next one reduces the rate.
  public var patience: Int
  /// What counts as an improvement.
  public var change: MinimumChange
  /// Measurements after a reduction that are not counted.
  public var cooldown: Int
  /// The rate below which nothing is reduced.
  public var minimum: Double
  /// A reduction by no more than this is not made.
  public var epsilon: Double

  /// Makes the schedule, with PyTorch's defaults.
  public init(
    monitor: Monitor = Monitor(.validationLoss), factor: Double = 0.1, patience: Int = 10,
    change: MinimumChange = .relative(1e-4), cooldown: Int = 0, minimum: Double = 0,
    epsilon: Double = 1e-8
  ) {
    self.monitor = monitor
    self.factor = factor
    self.patience = patience
    self.change = change
    self.cooldown = cooldown
    self.minimum = minimum
    self.epsilon = epsilon
  }

  /// Reads `monitor`, `mode`, `factor`, `patience`, `min_change`, `threshold_mode` (`rel` or `abs`),
  /// `cooldown`, `minimum` and `epsilon`.
  public init(options: OptionReader) {
    monitor = Monitor(options: options)
    factor = options.share("factor", default: 0.1)
    patience = options.integer("patience", default: 10, in: 0...)
    let amount = options.nonNegativeNumber("min_change", default: 1e-4)
    let mode: ThresholdMode = options.choice("threshold_mode") ?? .rel
    change = mode == .rel ? .relative(amount) : .absolute(amount)
    cooldown = options.integer("cooldown", default: 0, in: 0...)
    minimum = options.nonNegativeNumber("minimum", default: 0)
    epsilon = options.nonNegativeNumber("epsilon", default: 1e-8)
  }

  /// The options.
  public var options: KeyValuePairs<String, String> {
    [
      "monitor": monitor.metric.rawValue, "mode": monitor.mode.rawValue, "factor": "\(factor)",
      "patience": "\(patience)", "min_change": "\(change)", "cooldown": "\(cooldown)",
      "minimum": "\(minimum)", "epsilon": "\(epsilon)",
    ]
  }

  /// The rate after the reductions so far.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    var rate = base
    for _ in 0..<position.reductions { rate = reduced(rate) }
    return rate
  }

  /// Takes a measurement, in the order of PyTorch's `step`.
  ///
  /// - Parameters:
  ///   - value: the metric; one that is not a number is no improvement.
  ///   - plateau: what is known so far.
  ///   - base: the learning rate of the optimizer.
  /// - Returns: whether the rate was reduced.
  public func observe(_ value: Double, in plateau: inout Plateau, base: Double) -> Bool {
    if monitor.isImproved(by: value, from: plateau.best, change: change) {
      plateau.best = value
      plateau.waited = 0
    } else {
      plateau.waited += 1
    }
    if plateau.cooldownLeft > 0 {
      plateau.cooldownLeft -= 1
      plateau.waited = 0
    }
    guard plateau.waited > patience else { return false }
    plateau.waited = 0
    plateau.cooldownLeft = cooldown
    let position = SchedulePosition(
      step: 0, totalSteps: 1, stepsPerEpoch: 1, reductions: plateau.reductions)
    let rate = learningRate(from: base, at: position)
    guard rate - reduced(rate) > epsilon else { return false }
    plateau.reductions += 1
    return true
  }

  private func reduced(_ rate: Double) -> Double { max(rate * factor, minimum) }
}

/// What a run knows of the metric that its learning rate is reduced by.
public struct Plateau: Sendable, Equatable {
  /// The best value so far; nil where there was none.
  public var best: Double?
  /// Measurements since then, or since the last reduction.
  public var waited = 0
  /// Measurements that will not be counted.
  public var cooldownLeft = 0
  /// Reductions so far.
  public var reductions = 0

  /// Knows nothing yet.
  public init() {}
}
