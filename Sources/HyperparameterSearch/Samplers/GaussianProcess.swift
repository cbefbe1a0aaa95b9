internal import Glibc

/// What is believed of a function after some of its values: a normal distribution at each point.
///
/// The covariance of two values falls with the distance of their points as the Matérn function of smoothness 5/2 does,
/// each axis with its own scale. *Gaussian Processes for Machine Learning*, Rasmussen and Williams, 2006.
struct GaussianProcess {
  /// How smooth and how noisy the function is, as logarithms, in which the fit takes its steps.
  struct Parameters {
    /// By axis, the inverse square of the distance over which values change.
    var logRelevances: [Double]
    /// The variance of the function.
    var logVariance: Double
    /// The variance of what is added to it in each value.
    var logNoise: Double
  }

  private let geometry: Geometry
  private let points: [[Double]]
  private let parameters: Parameters
  private let relevances: [Double]
  private let factor: CholeskyFactor
  /// The covariance's inverse times the values.
  private let weights: [Double]

  /// How far apart points are along each axis.
  struct Geometry {
    /// By axis, whether its coordinates are mere names, all as far from each other.
    let isChoice: [Bool]

    /// The squared distance along an axis.
    func square(_ axis: Int, _ first: Double, _ second: Double) -> Double {
      isChoice[axis] ? (first == second ? 0 : 1) : (first - second) * (first - second)
    }
  }

  /// Learns values at points.
  init(_ points: [[Double]], _ values: [Double], _ geometry: Geometry, _ parameters: Parameters) {
    self.geometry = geometry
    self.points = points
    self.parameters = parameters
    let relevances = parameters.logRelevances.map { exp($0) }
    self.relevances = relevances
    let variance = exp(parameters.logVariance)
    let count = points.count
    var covariance = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0..<row {
        covariance[row * count + column] =
          variance
          * Self.correlation(Self.square(points[row], points[column], geometry, relevances))
      }
      covariance[row * count + row] = variance + exp(parameters.logNoise)
    }
    factor = CholeskyFactor(covariance, size: count)
    weights = factor.solve(values)
  }

  /// The mean and the deviation of the function at a point.
  func prediction(at point: [Double]) -> (mean: Double, deviation: Double) {
    let variance = exp(parameters.logVariance)
    let covariances = points.map {
      variance * Self.correlation(Self.square($0, point, geometry, relevances))
    }
    let mean = zip(covariances, weights).reduce(0) { $0 + $1.0 * $1.1 }
    let explained = factor.solveLower(covariances).reduce(0) { $0 + $1 * $1 }
    // Rounding may take the rest below zero at a point whose value is known.
    return (mean, max(variance - explained, 1e-12).squareRoot())
  }

  /// The squared distance of two points in units of the scales.
  private static func square(
    _ first: [Double], _ second: [Double], _ geometry: Geometry, _ relevances: [Double]
  ) -> Double {
    var sum = 0.0
    for axis in relevances.indices {
      sum += relevances[axis] * geometry.square(axis, first[axis], second[axis])
    }
    return sum
  }

  /// The correlation of two values, by the squared distance of their points.
  static func correlation(_ square: Double) -> Double {
    let distance = (5 * square).squareRoot()
    return (1 + distance + 5 / 3 * square) * exp(-distance)
  }
}
