internal import Options

/// A length of time within a run.
public enum ScheduleTime: Sendable, Hashable, CustomStringConvertible {
  /// So many steps.
  case steps(Int)
  /// So many passes over the training data.
  case epochs(Int)

  /// The time in words: `3 epochs`.
  public var description: String {
    switch self {
    case .steps(let steps): "\(steps) \(steps == 1 ? "step" : "steps")"
    case .epochs(let epochs): "\(epochs) \(epochs == 1 ? "epoch" : "epochs")"
    }
  }

  /// The time in steps.
  ///
  /// - Parameter stepsPerEpoch: steps of an epoch.
  /// - Returns: the steps; `Int.max` where there are too many to count.
  public func steps(perEpoch stepsPerEpoch: Int) -> Int {
    switch self {
    case .steps(let steps): return steps
    case .epochs(let epochs):
      let (steps, isTooLong) = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
      return isTooLong ? .max : steps
    }
  }
}

extension OptionReader {
  /// A length of time under one of two keys.
  ///
  /// - Parameters:
  ///   - stepsKey: the key for steps, at least 1.
  ///   - epochsKey: the key for epochs, at least 1.
  /// - Returns: the time; nil where both are absent.
  func time(steps stepsKey: String, epochs epochsKey: String) -> ScheduleTime? {
    let steps = optionalInteger(stepsKey, in: 1...)
    let epochs = optionalInteger(epochsKey, in: 1...)
    if steps != nil && epochs != nil { reportBoth(stepsKey, epochsKey) }
    return steps.map(ScheduleTime.steps) ?? epochs.map(ScheduleTime.epochs)
  }

  /// Reports that two keys were written of which each excludes the other.
  func reportBoth(_ first: String, _ second: String) {
    report(
      "\(context) has both `\(first)` and `\(second)`", for: second, hint: "write one of them")
  }

  /// A factor on a learning rate, from 0 to 1.
  func factor(_ key: String, default fallback: Double? = nil) -> Double {
    number(key, default: fallback, in: 0...1)
  }
}
