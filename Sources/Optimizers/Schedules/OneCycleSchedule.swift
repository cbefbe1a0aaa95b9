public import Options

/// Rises to the optimizer's rate and falls far below where it began, as PyTorch's `OneCycleLR`.
///
/// The momentum stays as it is, unlike PyTorch's default. *Super-Convergence: Very Fast Training of
/// Neural Networks Using Large Learning Rates*, Smith and Topin, 2019, in two phases.
public struct OneCycleSchedule: LearningRateSchedule {
  /// The form of the rise and of the fall.
  public enum Anneal: String, Sendable, CaseIterable {
    /// Half a cosine.
    case cosine
    /// A straight line.
    case linear
  }

  /// The name in configurations.
  public static var kind: String { "one_cycle" }

  /// PyTorch's names.
  public static var foreignKeys: [String: String] {
    [
      "pct_start": "write `peak_share`", "div_factor": "write `start_divisor`",
      "final_div_factor": "write `final_divisor`", "anneal_strategy": "write `anneal`",
      "max_lr": "the optimizer's `learning_rate` is the peak",
      "total_steps": "the schedule always spans the run",
    ]
  }

  /// The share of the run that the rise takes, from 0 to 1.
  public var peakShare: Double
  /// What the peak is divided by for the first rate, at least 1.
  public var startDivisor: Double
  /// What the first rate is divided by for the last one, at least 1.
  public var finalDivisor: Double
  /// The form of the rise and of the fall.
  public var anneal: Anneal

  /// Makes the schedule, with PyTorch's defaults.
  public init(
    peakShare: Double = 0.3, startDivisor: Double = 25, finalDivisor: Double = 1e4,
    anneal: Anneal = .cosine
  ) {
    self.peakShare = peakShare
    self.startDivisor = startDivisor
    self.finalDivisor = finalDivisor
    self.anneal = anneal
  }

  /// Reads `peak_share`, `start_divisor`, `final_divisor` and `anneal`: `cosine` or `linear`.
  public init(options: OptionReader) {
    func divisor(_ key: String, default fallback: Double) -> Double {
      options.number(
        key, default: fallback, where: { $0 >= 1 && $0.isFinite }, orElse: "1 or more",
        standIn: fallback)
    }
    peakShare = options.number("peak_share", default: 0.3, in: 0...1)
    startDivisor = divisor("start_divisor", default: 25)
    finalDivisor = divisor("final_divisor", default: 1e4)
    anneal = options.choice("anneal") ?? .cosine
  }

  /// The options.
  public var options: KeyValuePairs<String, String> {
    [
      "peak_share": "\(peakShare)", "start_divisor": "\(startDivisor)",
      "final_divisor": "\(finalDivisor)", "anneal": anneal.rawValue,
    ]
  }

  /// True.
  public var dependsOnLength: Bool { true }

  /// The rate on the rise or on the fall.
  ///
  /// PyTorch counts both in steps from the first to the last, so that the last step has the last
  /// rate; the peak lies one step before `peak_share` of all steps.
  public func learningRate(from base: Double, at position: SchedulePosition) -> Double {
    let start = base / startDivisor
    let peak = peakShare * Double(position.totalSteps) - 1
    let last = Double(position.totalSteps - 1)
    let step = min(Double(position.step), last)
    if step <= peak { return rate(from: start, to: base, at: Self.share(of: step, in: 0...peak)) }
    return rate(
      from: base, to: start / finalDivisor, at: Self.share(of: step, in: min(peak, last)...last))
  }

  /// How much of a phase is done; one without length is done at once.
  private static func share(of step: Double, in phase: ClosedRange<Double>) -> Double {
    let length = phase.upperBound - phase.lowerBound
    return length > 0 ? min(max((step - phase.lowerBound) / length, 0), 1) : 1
  }

  private func rate(from first: Double, to last: Double, at share: Double) -> Double {
    switch anneal {
    case .cosine: last + (first - last) / 2 * (1 + FixedMath.cosine(ofPi: share))
    case .linear: first + (last - first) * share
    }
  }
}
