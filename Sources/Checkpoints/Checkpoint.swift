package import JSONText

/// Everything that a run needs to go on as if it had never stopped.
///
/// Nothing in it may depend on the number of ranks or workers: that is what lets a run be resumed
/// on any number of them with the same bits.
package struct Checkpoint: Sendable {
  /// The number of optimizer steps done.
  package let step: Int
  /// Parameters and running statistics.
  package let model: [NamedTensor]
  /// The optimizer's state: `dense_1.weight.exp_avg`.
  package let optimizer: [NamedTensor]
  /// Everything else, as the caller wants it back: seed, shards, position in the data,
  /// configuration, normalization, best metric, history.
  package let state: JSONValue
  /// The metric that decides which checkpoints are the best; nil where none was measured at this
  /// step.
  package let monitored: MonitoredMetric?

  /// Collects a checkpoint; the tensors are read while it is written and must not change then.
  package init(
    step: Int, model: [NamedTensor], optimizer: [NamedTensor], state: JSONValue,
    monitored: MonitoredMetric? = nil
  ) {
    self.step = step
    self.model = model
    self.optimizer = optimizer
    self.state = state
    self.monitored = monitored
  }
}

/// The value of the metric that checkpoints are compared by.
package struct MonitoredMetric: Sendable, Equatable {
  /// The metric: `validation/loss`.
  package let name: String
  /// Its value at the checkpoint's step.
  package let value: Double

  /// Names a value.
  package init(name: String, value: Double) {
    self.name = name
    self.value = value
  }
}

/// Whether lower or higher values of a metric are better.
package enum MetricDirection: String, Sendable, CaseIterable {
  /// Lower is better: losses, errors.
  case minimize
  /// Higher is better: accuracies.
  case maximize

  /// Whether a value is better than another; a NaN is never better, any number better than a NaN.
  package func isBetter(_ value: Double, than other: Double) -> Bool {
    if value.isNaN { return false }
    if other.isNaN { return true }
    return self == .minimize ? value < other : value > other
  }
}

/// Which checkpoints are kept.
package struct Retention: Sendable, Equatable {
  /// How many of those written last are kept, at least 1.
  package let keepLast: Int
  /// How many of the best are kept besides; 0 for none.
  package let keepBest: Int
  /// The metric that says which are the best.
  package let monitor: String
  /// Whether lower or higher values of it are better.
  package let direction: MetricDirection

  /// Makes a rule.
  ///
  /// - Precondition: `keepLast` is at least 1 and `keepBest` at least 0.
  package init(
    keepLast: Int = 2, keepBest: Int = 1, monitor: String = "validation/loss",
    direction: MetricDirection = .minimize
  ) {
    precondition(keepLast >= 1 && keepBest >= 0, "at least the last checkpoint is kept")
    self.keepLast = keepLast
    self.keepBest = keepBest
    self.monitor = monitor
    self.direction = direction
  }
}
