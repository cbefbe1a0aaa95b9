internal import Glibc

/// A density over some parameters, made of a kernel around each of some observations and of a broad one, the prior.
///
/// A kernel is a product over the parameters: for a range a normal distribution within the unit interval that
/// ``ParameterDomain/unit(of:)`` speaks of, for a choice a preference of the value observed. A value of a range with
/// steps has the mass of its part of the interval.
struct ParzenEstimator {
  private let logWeights: [Double]
  private let axes: [Axis]

  private enum Axis {
    case range(NormalKernels)
    case choice(ChoiceKernels)
  }

  /// Observations that count fully; the weights of those before them grow evenly.
  private static let fullWeightCount = 25

  /// Makes the density.
  ///
  /// - Parameters:
  ///   - observations: the values of the parameters, the oldest observation first.
  ///   - domains: the domains of the parameters.
  init(_ observations: [[ParameterValue]], domains: [ParameterDomain]) {
    let weights = Self.weights(observations.count) + [1]
    let sum = weights.reduce(0, +)
    logWeights = weights.map { log($0 / sum) }
    axes = domains.enumerated().map { axis, domain in
      let values = observations.map { $0[axis] }
      if case .choice(let choices) = domain {
        return .choice(ChoiceKernels(values, choices: choices.count))
      }
      return .range(NormalKernels(values, domain))
    }
  }

  /// The weights of observations: old ones count less, as they come from where the search is no longer.
  private static func weights(_ count: Int) -> [Double] {
    let old = max(count - fullWeightCount, 0)
    let first = 1 / Double(max(count, 1))
    let ramp = (0..<old).map { place in
      old == 1 ? first : first + (1 - first) * Double(place) / Double(old - 1)
    }
    return ramp + [Double](repeating: 1, count: count - old)
  }

  /// A draw from the density.
  ///
  /// - Parameter unit: random numbers by place: that of each parameter, and one more that chooses the kernel.
  /// - Returns: the values of the parameters.
  func draw(_ unit: (Int) -> Double) -> [ParameterValue] {
    var rest = unit(axes.count)
    let kernel = logWeights.firstIndex { logWeight in
      rest -= exp(logWeight)
      return rest < 0
    }
    return axes.enumerated().map { axis, kernels in
      let kernel = kernel ?? logWeights.count - 1
      return switch kernels {
      case .range(let kernels): kernels.draw(kernel, unit(axis))
      case .choice(let kernels): kernels.draw(kernel, unit(axis))
      }
    }
  }

  /// The logarithm of the density at some values.
  func logDensity(at values: [ParameterValue]) -> Double {
    var logs = logWeights
    for (kernels, value) in zip(axes, values) {
      switch kernels {
      case .range(let kernels): kernels.addLogDensities(at: value, to: &logs)
      case .choice(let kernels): kernels.addLogDensities(at: value, to: &logs)
      }
    }
    // The prior is nowhere zero, so the highest logarithm is finite.
    let highest = logs.reduce(-.infinity, max)
    return highest + log(logs.reduce(0) { $0 + exp($1 - highest) })
  }
}

/// One parameter's part of the kernels where it has a range: normal distributions cut off at the ends of the unit
/// interval, the last of them the prior.
private struct NormalKernels {
  private let domain: ParameterDomain
  private let means: [Double]
  private let deviations: [Double]
  /// The logarithm of what divides each density: the deviation times the mass within the interval.
  private let logScales: [Double]

  /// A kernel around each value, as wide as the farther of its neighbours is away.
  ///
  /// No kernel is narrower than a share of the interval that shrinks with their number, down to a hundredth, and none is
  /// wider than the interval.
  init(_ values: [ParameterValue], _ domain: ParameterDomain) {
    self.domain = domain
    let means = values.map(domain.unit)
    var deviations = [Double](repeating: 0, count: means.count)
    let order = means.indices.sorted { (means[$0], $0) < (means[$1], $1) }
    let least = 1 / Double(min(100, means.count + 2))
    for (place, index) in order.enumerated() {
      // The ends of the interval are neighbours of a single value alone: else those near them would get broad.
      let below = place > 0 ? means[order[place - 1]] : order.count > 1 ? means[index] : 0
      let above =
        place + 1 < order.count ? means[order[place + 1]] : order.count > 1 ? means[index] : 1
      deviations[index] = min(max(means[index] - below, above - means[index], least), 1)
    }
    self.means = means + [0.5]
    self.deviations = deviations + [1]
    logScales = zip(self.means, self.deviations).map { mean, deviation in
      log(deviation * StandardNormal.mass(-mean / deviation, (1 - mean) / deviation))
    }
  }

  /// The value up to which a kernel has the share `unit` of its mass.
  func draw(_ kernel: Int, _ unit: Double) -> ParameterValue {
    let (mean, deviation) = (means[kernel], deviations[kernel])
    let first = StandardNormal.cumulative(-mean / deviation)
    let wanted = first + unit * (StandardNormal.cumulative((1 - mean) / deviation) - first)
    var (low, high) = (0.0, 1.0)
    for _ in 0..<53 {
      let middle = 0.5 * (low + high)
      if StandardNormal.cumulative((middle - mean) / deviation) <= wanted {
        low = middle
      } else {
        high = middle
      }
    }
    return domain.value(at: low)
  }

  /// Adds the logarithm of each kernel's density at a value, but for a constant that all have.
  func addLogDensities(at value: ParameterValue, to logs: inout [Double]) {
    let unit = domain.unit(of: value)
    guard let cell = domain.cell(of: value) else {
      for kernel in logs.indices {
        logs[kernel] += logDensity(kernel, at: unit)
      }
      return
    }
    let width = cell.high - cell.low
    for kernel in logs.indices {
      let deviation = deviations[kernel]
      if width < 1e-3 * deviation {
        // The density hardly changes over so small a part, and the difference of two masses would lose its digits.
        logs[kernel] += logDensity(kernel, at: unit) + log(width)
      } else {
        let mass = StandardNormal.mass(
          (cell.low - means[kernel]) / deviation, (cell.high - means[kernel]) / deviation)
        logs[kernel] += log(mass * deviation * (2 * Double.pi).squareRoot()) - logScales[kernel]
      }
    }
  }

  private func logDensity(_ kernel: Int, at unit: Double) -> Double {
    let z = (unit - means[kernel]) / deviations[kernel]
    return -0.5 * z * z - logScales[kernel]
  }
}

/// One parameter's part of the kernels where it is a choice: the value observed is more likely than the others, the more
/// so the more observations there are; in the last kernel, the prior, all are as likely.
private struct ChoiceKernels {
  private let observed: [Int]
  private let choices: Int
  private let probabilities: (observed: Double, other: Double)

  init(_ values: [ParameterValue], choices: Int) {
    observed = values.map { value in
      guard case .choice(let index) = value else { preconditionFailure("\(value) is no choice") }
      return index
    }
    self.choices = choices
    let share = 1 / Double(values.count + 1)
    let sum = 1 + Double(choices) * share
    probabilities = ((1 + share) / sum, share / sum)
  }

  private func probability(_ kernel: Int, of choice: Int) -> Double {
    if kernel == observed.count { return 1 / Double(choices) }
    return observed[kernel] == choice ? probabilities.observed : probabilities.other
  }

  /// The value up to which a kernel has the share `unit` of its mass.
  func draw(_ kernel: Int, _ unit: Double) -> ParameterValue {
    var rest = unit
    let choice = (0..<choices).first { choice in
      rest -= probability(kernel, of: choice)
      return rest < 0
    }
    return .choice(choice ?? choices - 1)
  }

  /// Adds the logarithm of each kernel's probability of a value.
  func addLogDensities(at value: ParameterValue, to logs: inout [Double]) {
    guard case .choice(let choice) = value else { preconditionFailure("\(value) is no choice") }
    for kernel in logs.indices { logs[kernel] += log(probability(kernel, of: choice)) }
  }
}
