internal import Glibc

/// The values of a parameter that a grid goes through, in order.
struct GridLevels {
  /// How many there are.
  let count: Int
  private let domain: ParameterDomain
  /// The values where not all of the domain's count.
  private let chosen: [ParameterValue]?

  /// Chooses the values; nil where all count and there is no end of them.
  ///
  /// - Parameters:
  ///   - domain: what they are chosen from.
  ///   - points: how many of a range count; nil for all.
  init?(_ domain: ParameterDomain, points: Int?) {
    self.domain = domain
    if let points, domain.isRange, points < domain.count ?? .max {
      let chosen = domain.spread(over: points)
      self.chosen = chosen
      count = chosen.count
    } else if let count = domain.count {
      chosen = nil
      self.count = count
    } else {
      return nil
    }
  }

  /// The value at a place.
  subscript(level: Int) -> ParameterValue {
    chosen?[level] ?? domain.value(atLevel: level)
  }

  /// The place of a value; nil where it is not among them.
  func level(of value: ParameterValue) -> Int? {
    if let chosen { return chosen.firstIndex(of: value) }
    let level = domain.level(of: value)
    return self[level] == value ? level : nil
  }
}

extension ParameterDomain {
  /// Whether it has a lower and an upper bound.
  var isRange: Bool {
    if case .choice = self { false } else { true }
  }

  /// So many values evenly over a range, with both bounds; fewer where several would be the same.
  fileprivate func spread(over points: Int) -> [ParameterValue] {
    var values: [ParameterValue] = []
    for point in 0..<points {
      let share = points == 1 ? 0.5 : Double(point) / Double(points - 1)
      let value = value(atShare: share)
      if value != values.last { values.append(value) }
    }
    return values
  }

  /// The value at a share of the way from the lower to the upper bound of a range.
  private func value(atShare share: Double) -> ParameterValue {
    switch self {
    case .float(let low, let high, nil, _):
      // The bounds as they were written, which logarithms would round.
      return share == 0 ? .float(low) : share == 1 ? .float(high) : value(at: share)
    case .integer(let low, let high, _, true):
      return .integer(Int((Double(low) * pow(Double(high) / Double(low), share)).rounded()))
    default: return value(atLevel: Int((share * Double((count ?? 1) - 1)).rounded()))
    }
  }

  /// The value at a place among all values, by growing size.
  fileprivate func value(atLevel level: Int) -> ParameterValue {
    switch self {
    case .float(let low, _, let step, _): .float(low + (step ?? 0) * Double(level))
    case .integer(let low, _, let step, _): .integer(low + level * step)
    case .choice: .choice(level)
    }
  }

  /// The place that a value of the domain has among all values.
  fileprivate func level(of value: ParameterValue) -> Int {
    switch (self, value) {
    case (.float(let low, _, let step, _), .float(let number)):
      step.map { Int(((number - low) / $0).rounded()) } ?? 0
    case (.integer(let low, _, let step, _), .integer(let number)): (number - low) / step
    case (.choice, .choice(let index)): index
    default: preconditionFailure("\(value) is no value of \(self)")
    }
  }
}
