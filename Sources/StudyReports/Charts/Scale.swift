internal import Glibc

/// A place on an axis that has a label.
struct Tick: Equatable {
  /// From 0 to 1.
  let place: Double
  /// The label.
  let label: String
}

/// Numbers along an axis, evenly or by their logarithms.
struct Scale: Equatable {
  /// The number at the beginning.
  let low: Double
  /// The number at the end, above `low`.
  let high: Double
  /// Whether equal ratios have equal lengths, not equal differences.
  let isLog: Bool
  /// Whether only whole numbers have ticks.
  let isWhole: Bool

  /// A scale between two finite numbers; around both where they are the same, or as good as.
  init(_ low: Double, _ high: Double, isLog: Bool = false, isWhole: Bool = false) {
    precondition(low <= high && low.isFinite && high.isFinite && (low > 0 || !isLog))
    var (low, high) = (low, high)
    if isLog {
      if high / low < 1.000_001 { (low, high) = (low / 2, min(high * 2, .greatestFiniteMagnitude)) }
    } else if high / 2 - low / 2 <= max(abs(low), Self.nothing) * 1e-12 {
      let room = isWhole || abs(low) < Self.nothing ? 1 : abs(low) / 10
      low = max(low - room, -.greatestFiniteMagnitude)
      high = min(high + room, .greatestFiniteMagnitude)
    }
    self.low = low
    self.high = high
    self.isLog = isLog
    self.isWhole = isWhole
  }

  /// Numbers below have no linear scale of their own: the arithmetic of ticks would underflow.
  private static let nothing = 1e-250

  /// A scale that holds some finite numbers with a little room at both ends; logarithmic where they are above 0 and
  /// more than two decades apart.
  init(holding values: [Double]) {
    let low = values.min() ?? 0
    let high = values.max() ?? 1
    if low > 0 && high / low > 100 {
      let room = exp((log(high) - log(low)) * 0.04)
      self.init(
        max(low / room, .leastNonzeroMagnitude), min(high * room, .greatestFiniteMagnitude),
        isLog: true)
    } else {
      let room = (high / 2 - low / 2) * 0.08
      self.init(
        max(low - room, -.greatestFiniteMagnitude), min(high + room, .greatestFiniteMagnitude))
    }
  }

  /// What an axis' title says of it.
  var note: String { isLog ? " (log)" : "" }

  /// Where a number lies: 0 at the beginning, 1 at the end; numbers beyond are put there.
  func place(of value: Double) -> Double {
    let place =
      isLog
      ? (log(value) - log(low)) / (log(high) - log(low))
      // Halves, since a difference of the largest numbers overflows.
      : (value / 2 - low / 2) / (high / 2 - low / 2)
    return min(max(place, 0), 1)
  }

  /// Ticks at sensible numbers: steps of 1, 2 or 5 times a power of ten, or decades.
  ///
  /// - Parameter limit: the most ticks, at least 2.
  /// - Returns: the ticks, from the beginning on.
  func ticks(atMost limit: Int) -> [Tick] {
    let numbers = isLog ? logarithmicTicks(limit) : linearTicks(limit)
    return numbers.map { Tick(place: place(of: $0.value), label: $0.text) }
  }

  private func linearTicks(_ limit: Int) -> [Decimal] {
    let rough = high / Double(limit) - low / Double(limit)
    var lowest = Int(log10(rough).rounded(.down))
    if isWhole { lowest = max(lowest, 0) }
    for exponent in lowest...lowest + 2 {
      for factor in [1, 2, 5] {
        let step = Decimal(digits: factor, exponent: exponent)
        // Bounds that are ticks themselves stay so after rounding.
        let first = Int((low / step.value - 1e-9).rounded(.up))
        let last = Int((high / step.value + 1e-9).rounded(.down))
        if last - first < limit {
          return stride(from: first, through: last, by: 1).map {
            Decimal(digits: $0 * factor, exponent: exponent)
          }
        }
      }
    }
    preconditionFailure("no step for \(low) to \(high)")
  }

  /// Decades where there are three; else steps of 1, 2 and 5 in them.
  private func logarithmicTicks(_ limit: Int) -> [Decimal] {
    let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let decades = exponents.map { Decimal(digits: 1, exponent: $0) }.filter(contains)
    if decades.count >= 3 {
      let step = (decades.count + limit - 1) / limit
      return decades.filter { $0.exponent.isMultiple(of: step) }
    }
    for factors in [[1, 2, 5], [1, 3]] {
      let ticks = exponents.flatMap { exponent in
        factors.map { Decimal(digits: $0, exponent: exponent) }
      }.filter(contains)
      if ticks.count < 2 { break }
      if ticks.count <= limit { return ticks }
    }
    return linearTicks(limit)
  }

  private func contains(_ tick: Decimal) -> Bool {
    let value = tick.value
    return value.isFinite && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)
      && (!isWhole || tick.exponent >= 0)
  }
}
