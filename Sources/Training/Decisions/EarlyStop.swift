public import Optimizers
internal import RunRecords

/// Why a run ended before its last step.
public struct EarlyStop: Sendable, Equatable, CustomStringConvertible {
  /// The last step done.
  public var step: Int
  /// The metric that did not improve.
  public var metric: RunMetric
  /// What was known of it.
  public var stagnation: Stagnation

  /// The reason as a sentence without a full stop.
  public var description: String {
    let unit = metric.part == .validation ? "validation" : "epoch"
    let span = "\(stagnation.waited) \(unit)\(stagnation.waited == 1 ? "" : "s")"
    let start = "early stop after step \(step): \(metric.rawValue)"
    guard let best = stagnation.best, let bestStep = stagnation.bestStep else {
      return "\(start) was not a number for \(span)"
    }
    return "\(start) did not improve on \(NumberText.metric(best)) (step \(bestStep)) for \(span)"
  }
}

/// A learning rate that was reduced because a metric did not improve.
public struct RateReduction: Sendable, Equatable, CustomStringConvertible {
  /// The last step at the former rate.
  public var step: Int
  /// The rate so far.
  public var from: Double
  /// The rate from now on.
  public var to: Double
  /// The metric that did not improve.
  public var metric: RunMetric
  /// Its best value; nil where it was never a number.
  public var best: Double?

  /// What was reduced and why, as a sentence without a full stop.
  public var description: String {
    let reason = best.map { "did not improve on \(NumberText.metric($0))" } ?? "was not a number"
    // The update's own precision, which also has the shorter texts.
    return "learning rate \(Float(from)) reduced to \(Float(to)) after step \(step): "
      + "\(metric.rawValue) \(reason)"
  }
}

/// Parameters that were put back at the end of a run.
public struct RestoredBest: Sendable, Equatable, CustomStringConvertible {
  /// The step whose parameters they are.
  public var step: Int
  /// The metric that says so.
  public var metric: RunMetric
  /// Its value after that step.
  public var value: Double

  /// What was put back, as a sentence without a full stop.
  public var description: String {
    "parameters of step \(step) restored: \(metric.rawValue) \(NumberText.metric(value))"
  }
}
