internal import Glibc

/// Looks for the values of which the largest improvement is expected.
struct ImprovementSearch {
  private let space: SearchSpace
  private let process: GaussianProcess
  /// The cost that is to be improved on.
  private let target: Double
  /// The places in the unit cube of the best values known, the best first.
  private let best: [[Double]]

  /// Points of the unit cube that are looked at first.
  private static let scouts = 512
  /// The best of them, and of what is known, from which better ones are looked for.
  private static let climbs = 3
  /// Times that a climb goes through all axes, at most.
  private static let rounds = 60
  /// The step along an axis at which a climb ends.
  private static let leastStep = 2e-3

  /// Fits a process to what is known; what is pending is taken to come out as expected.
  init(_ costs: TrialCosts, _ space: SearchSpace) {
    self.space = space
    let geometry = GaussianProcess.Geometry(
      isChoice: space.parameters.map { !$0.domain.isRange })
    var points = costs.known.map { Self.encode($0.assignment, space) }
    var values = costs.known.map(\.cost)
    let parameters = GaussianProcessFit(points, values, geometry).parameters()
    target = values.reduce(.infinity, min)
    best = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }.prefix(Self.climbs)
      .map { Self.place(costs.known[$0].assignment, space) }
    let process = GaussianProcess(points, values, geometry, parameters)
    if costs.pending.isEmpty {
      self.process = process
    } else {
      let pending = costs.pending.map { Self.encode($0, space) }
      points += pending
      values += pending.map { process.prediction(at: $0).mean }
      self.process = GaussianProcess(points, values, geometry, parameters)
    }
  }

  /// The values of which most is expected; of equal ones the first that was found.
  ///
  /// - Parameters:
  ///   - tried: values that are not looked for, unless no others are found.
  ///   - unit: random numbers by parameter and draw.
  /// - Returns: the values.
  func best(
    excluding tried: Set<Assignment>, _ unit: (Int, Int) -> Double
  ) -> Assignment {
    var found = (0..<Self.scouts).map { draw in
      let point = space.parameters.indices.map { unit($0, draw) }
      return (point: point, gain: logImprovement(point))
    }
    found = Self.ordered(found)
    let starts = found.prefix(Self.climbs) + best.map { ($0, logImprovement($0)) }
    let climbed = starts.map { climb(from: $0.point, $0.gain) }
    let assignments = Self.ordered(climbed + found).map { space.assignment(at: $0.point) }
    return assignments.first { !tried.contains($0) } ?? assignments[0]
  }

  private typealias Candidate = (point: [Double], gain: Double)

  private static func ordered(_ found: [Candidate]) -> [Candidate] {
    found.enumerated().sorted { ($1.element.gain, $0.offset) < ($0.element.gain, $1.offset) }
      .map(\.element)
  }

  /// Goes from a point along one axis after another as long as more improvement is expected, in ever smaller steps.
  private func climb(from start: [Double], _ startGain: Double) -> Candidate {
    var (point, gain) = (start, startGain)
    var step = 0.1
    for _ in 0..<Self.rounds where step > Self.leastStep {
      var isBetter = false
      for index in space.parameters.indices {
        for coordinate in neighbours(of: point[index], index, step) {
          var other = point
          other[index] = coordinate
          let otherGain = logImprovement(other)
          if otherGain > gain {
            (point, gain) = (other, otherGain)
            isBetter = true
          }
        }
      }
      if !isBetter { step *= 0.5 }
    }
    return (point, gain)
  }

  /// The coordinates beside one: of a range a step on either side, at least to the next value; of a choice all others.
  private func neighbours(of coordinate: Double, _ index: Int, _ step: Double) -> [Double] {
    let domain = space.parameters[index].domain
    let value = domain.value(at: coordinate)
    if case .choice(let choices) = domain {
      return choices.indices.filter { ParameterValue.choice($0) != value }
        .map { domain.unit(of: .choice($0)) }
    }
    let width = domain.cell(of: value).map { $0.high - $0.low } ?? 0
    let wide = max(step, width)
    return [coordinate - wide, coordinate + wide].map { min(max($0, 0), 1.0.nextDown) }
      .filter { domain.value(at: $0) != value }
  }

  /// The logarithm of the improvement expected at a place of the unit cube, in deviations of the costs.
  private func logImprovement(_ place: [Double]) -> Double {
    let (mean, deviation) = process.prediction(
      at: Self.encode(space.assignment(at: place), space))
    return log(deviation) + Self.logExpectedExcess((target - mean) / deviation)
  }

  /// The logarithm of the mean of max(0, z + x) over normal x.
  ///
  /// Written as in *Unexpected Improvements to Expected Improvement for Bayesian Optimization*, Ament, Daulton, Eriksson,
  /// Balandat and Bakshy, 2023: where the mean itself would round to zero its logarithm still tells points apart.
  static func logExpectedExcess(_ z: Double) -> Double {
    if z > -25 { return log(StandardNormal.density(z) + z * StandardNormal.cumulative(z)) }
    let inverse = 1 / (z * z)
    return -0.5 * z * z - 0.5 * log(2 * .pi) + log(inverse * (1 - inverse * (3 - 15 * inverse)))
  }

  /// A point's coordinates as the process sees them: those of values that are the same are the same.
  private static func encode(_ assignment: Assignment, _ space: SearchSpace) -> [Double] {
    zip(assignment, space.parameters).map { value, parameter in
      switch value {
      case .choice(let index)?: Double(index)
      case let value?: parameter.domain.unit(of: value)
      case nil: parameter.domain.isRange ? 0.5 : -1
      }
    }
  }

  /// The place of an assignment in the unit cube, with the middle for what has no value.
  private static func place(_ assignment: Assignment, _ space: SearchSpace) -> [Double] {
    zip(assignment, space.parameters).map { value, parameter in
      min(value.map(parameter.domain.unit) ?? 0.5, 1.0.nextDown)
    }
  }
}
