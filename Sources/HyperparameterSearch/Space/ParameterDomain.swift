internal import Glibc

/// The values that a parameter may take.
package enum ParameterDomain: Sendable, Equatable {
  /// Numbers between two bounds, both legal.
  ///
  /// With a step only `low`, `low + step`, … up to `high`; with `isLog` ratios count, not differences.
  case float(low: Double, high: Double, step: Double?, isLog: Bool)
  /// Whole numbers between two bounds, both legal, `step` apart; `isLog` only with a step of 1.
  case integer(low: Int, high: Int, step: Int, isLog: Bool)
  /// One of some values, written as in a configuration.
  case choice([Choice])

  /// The number of different values; nil where there is no end of them.
  package var count: Int? {
    switch self {
    case .float(let low, let high, let step, _):
      if low == high { return 1 }
      return step.map { Self.stepCount(from: low, to: high, by: $0) + 1 }
    case .integer(let low, let high, let step, _): return (high - low) / step + 1
    case .choice(let choices): return choices.count
    }
  }

  /// The value at a place of the unit interval; equal intervals hold equally many values.
  ///
  /// - Parameter unit: at least 0 and below 1.
  /// - Returns: the value.
  package func value(at unit: Double) -> ParameterValue {
    precondition(unit >= 0 && unit < 1, "the place \(unit) is not in the unit interval")
    switch self {
    case .float(let low, let high, let step?, let isLog):
      precondition(!isLog, "a logarithmic range has no step")
      let count = Self.stepCount(from: low, to: high, by: step) + 1
      // What rounding adds to the last step stays out.
      return .float(min(low + step * (unit * Double(count)).rounded(.down), high))
    case .float(let low, let high, nil, let isLog):
      let value = isLog ? exp(log(low) + unit * (log(high) - log(low))) : low + unit * (high - low)
      return .float(min(max(value, low), high))
    case .integer(let low, let high, let step, let isLog):
      if isLog {
        let bounds = (log(Double(low) - 0.5), log(Double(high) + 0.5))
        let value = exp(bounds.0 + unit * (bounds.1 - bounds.0)).rounded()
        return .integer(min(max(Int(value), low), high))
      }
      return .integer(low + step * Int(unit * Double((high - low) / step + 1)))
    case .choice(let choices): return .choice(Int(unit * Double(choices.count)))
    }
  }

  /// The middle of the part of the unit interval that gives a value; the way back from ``value(at:)``.
  ///
  /// - Precondition: the value is of this domain.
  package func unit(of value: ParameterValue) -> Double {
    switch (self, value) {
    case (.float(let low, let high, let step?, _), .float(let number)):
      let count = Double(Self.stepCount(from: low, to: high, by: step) + 1)
      return (((number - low) / step).rounded() + 0.5) / count
    case (.float(let low, let high, nil, let isLog), .float(let number)):
      if low == high { return 0.5 }
      return isLog
        ? (log(number) - log(low)) / (log(high) - log(low)) : (number - low) / (high - low)
    case (.integer(let low, let high, let step, let isLog), .integer(let number)):
      if isLog {
        let bounds = (log(Double(low) - 0.5), log(Double(high) + 0.5))
        return (log(Double(number)) - bounds.0) / (bounds.1 - bounds.0)
      }
      return (Double((number - low) / step) + 0.5) / Double((high - low) / step + 1)
    case (.choice(let choices), .choice(let index)):
      return (Double(index) + 0.5) / Double(choices.count)
    default: preconditionFailure("\(value) is no value of \(self)")
    }
  }

  /// Whether a value is one of the domain's.
  package func contains(_ value: ParameterValue) -> Bool {
    switch (self, value) {
    case (.float(let low, let high, _, _), .float(let number)): low <= number && number <= high
    case (.integer(let low, let high, let step, _), .integer(let number)):
      low <= number && number <= high && (number - low) % step == 0
    case (.choice(let choices), .choice(let index)): choices.indices.contains(index)
    default: false
    }
  }

  /// The lowest and the highest value, or all choices.
  var borders: [ParameterValue] {
    switch self {
    case .float(let low, let high, nil, _):
      return low == high ? [.float(low)] : [.float(low), .float(high)]
    case .integer(let low, let high, _, _):
      return low == high ? [.integer(low)] : [.integer(low), .integer(high)]
    case .float(_, _, _?, _):
      let (first, last) = (value(at: 0), value(at: 1 - 0x1p-53))
      return first == last ? [first] : [first, last]
    case .choice(let choices): return choices.indices.map(ParameterValue.choice)
    }
  }

  /// What it holds, in words: `3 to 9`, `relu, tanh or gelu`.
  var text: String {
    switch self {
    case .float(let low, let high, _, _): return "\(low) to \(high)"
    case .integer(let low, let high, let step, _):
      return "\(low) to \(high)" + (step == 1 ? "" : " in steps of \(step)")
    case .choice(let choices):
      let names = choices.map(\.name)
      return names.count == 1
        ? names[0] : names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
  }

  /// Whole steps that fit between two bounds, one that rounding cuts short included.
  private static func stepCount(from low: Double, to high: Double, by step: Double) -> Int {
    Int(((high - low) / step + 1e-9).rounded(.down))
  }
}

/// The value of a parameter in one trial.
package enum ParameterValue: Sendable, Hashable {
  /// A number.
  case float(Double)
  /// A whole number.
  case integer(Int)
  /// A choice, by its place in the list of choices.
  case choice(Int)
}
