public import Options

/// A metric that is watched for improvement.
public struct Monitor: Sendable, Equatable {
  /// Which values are better.
  public enum Mode: String, Sendable, CaseIterable {
    /// Lower ones.
    case min
    /// Higher ones.
    case max
  }

  /// The metric.
  public var metric: RunMetric
  /// Which of its values are better.
  public var mode: Mode
  /// Where the metric was written; nil for a monitor made in code.
  public private(set) var mark: SourceMark?

  /// Watches a metric.
  ///
  /// - Parameters:
  ///   - metric: the metric.
  ///   - mode: which values are better; nil takes higher ones for an accuracy and lower ones else.
  public init(_ metric: RunMetric, mode: Mode? = nil) {
    self.metric = metric
    self.mode = mode ?? (metric.quantity == .accuracy ? .max : .min)
  }

  /// Reads `monitor`, the validation's loss unless given, and `mode`.
  ///
  /// Does not finish the reader.
  public init(options: OptionReader) {
    self.init(
      options.choice("monitor", of: RunMetric.self) ?? .validationLoss,
      mode: options.choice("mode"))
    mark = options.value("monitor")?.mark ?? options.mark
  }

  /// Whether two monitors watch the same, wherever they were written.
  public static func == (left: Monitor, right: Monitor) -> Bool {
    left.metric == right.metric && left.mode == right.mode
  }

  /// Whether a value is better than the best so far.
  ///
  /// - Parameters:
  ///   - value: the new value; one that is not a number is never better.
  ///   - best: the best so far; nil where there was none.
  ///   - change: by how much it must be better.
  /// - Returns: whether it is.
  public func isImproved(
    by value: Double, from best: Double?, change: MinimumChange = .absolute(0)
  ) -> Bool {
    guard let best else { return mode == .min ? value < .infinity : value > -.infinity }
    return switch (mode, change) {
    case (.min, .absolute(let change)): value < best - change
    case (.max, .absolute(let change)): value > best + change
    case (.min, .relative(let share)): value < best * (1 - share)
    case (.max, .relative(let share)): value > best * (1 + share)
    }
  }
}

/// By how much a value must be better than the best so far to count as an improvement.
public enum MinimumChange: Sendable, Hashable, CustomStringConvertible {
  /// By more than this.
  case absolute(Double)
  /// By more than this share of the best so far.
  case relative(Double)

  /// The amount and how it is meant.
  public var description: String {
    switch self {
    case .absolute(let change): "\(change) abs"
    case .relative(let share): "\(share) rel"
    }
  }
}
