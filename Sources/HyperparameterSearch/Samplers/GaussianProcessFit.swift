internal import Glibc

/// Finds how smooth and how noisy a function is: the parameters of a Gaussian process that are likeliest after its
/// values and before them.
///
/// The priors hold scales near the size of the space and noise small. The logarithm of the density is climbed by the
/// signs of its gradient: *Optimization of Gaussian process hyperparameters using Rprop*, Blum and Riedmiller, 2013.
struct GaussianProcessFit {
  private let values: [Double]
  private let axes: Int
  /// The squared distances along each axis of each pair of points, the second one before the first.
  private let squares: [Double]

  private static let steps = 40
  /// The step of all parameters that is too small to matter.
  private static let leastStep = 0.02
  /// The least and the largest logarithm of each kind of parameter.
  private static let relevanceLimits = (-7.0, 9.0)
  private static let varianceLimits = (-4.0, 4.0)
  private static let noiseLimits = (-13.8, 0.0)

  /// Prepares the fit to values at points.
  init(_ points: [[Double]], _ values: [Double], _ geometry: GaussianProcess.Geometry) {
    self.values = values
    axes = geometry.isChoice.count
    var squares: [Double] = []
    squares.reserveCapacity(points.count * (points.count - 1) / 2 * axes)
    for row in points.indices {
      for column in 0..<row {
        for axis in 0..<axes {
          squares.append(geometry.square(axis, points[row][axis], points[column][axis]))
        }
      }
    }
    self.squares = squares
  }

  /// The likeliest parameters that some steps reach.
  func parameters() -> GaussianProcess.Parameters {
    var theta = [Double](repeating: 0, count: axes) + [0, -5]
    var step = [Double](repeating: 0.5, count: theta.count)
    var last = [Double](repeating: 0, count: theta.count)
    var best = (theta: theta, density: -Double.infinity)
    for _ in 0..<Self.steps {
      if step.allSatisfy({ $0 < Self.leastStep }) { break }
      let (density, gradient) = logDensity(theta)
      if density > best.density { best = (theta, density) }
      for index in theta.indices {
        let agreement = gradient[index] * last[index]
        if agreement > 0 { step[index] = min(step[index] * 1.2, 2) }
        if agreement < 0 { step[index] = step[index] * 0.5 }
        // After a step too far the next one only turns back half of it.
        last[index] = agreement < 0 ? 0 : gradient[index]
        let limits = limits(index)
        let sign = gradient[index] > 0 ? 1.0 : gradient[index] < 0 ? -1.0 : 0.0
        theta[index] = min(max(theta[index] + sign * step[index], limits.0), limits.1)
      }
    }
    return GaussianProcess.Parameters(
      logRelevances: Array(best.theta[..<axes]), logVariance: best.theta[axes],
      logNoise: best.theta[axes + 1])
  }

  private func limits(_ index: Int) -> (Double, Double) {
    index < axes
      ? Self.relevanceLimits : index == axes ? Self.varianceLimits : Self.noiseLimits
  }

  /// The logarithm of the density of parameters, but for a constant, and its gradient.
  func logDensity(_ theta: [Double]) -> (value: Double, gradient: [Double]) {
    let count = values.count
    let (variance, noise) = (exp(theta[axes]), exp(theta[axes + 1]))
    let relevances = theta[..<axes].map { exp($0) }
    var covariance = [Double](repeating: 0, count: count * count)
    // By pair, how the covariance falls with the squared distance.
    var slopes = [Double](repeating: 0, count: count * (count - 1) / 2)
    var pair = 0
    for row in 0..<count {
      for column in 0..<row {
        var square = 0.0
        for axis in 0..<axes { square += relevances[axis] * squares[pair * axes + axis] }
        let distance = (5 * square).squareRoot()
        let decay = variance * exp(-distance)
        covariance[row * count + column] = (1 + distance + 5 / 3 * square) * decay
        slopes[pair] = -5 / 6 * (1 + distance) * decay
        pair += 1
      }
      covariance[row * count + row] = variance + noise
    }
    let factor = CholeskyFactor(covariance, size: count)
    let weights = factor.solve(values)
    let inverse = factor.inverse

    let (prior, priorGradient) = logPrior(relevances, variance, noise)
    var gradient = priorGradient
    pair = 0
    for row in 0..<count {
      for column in 0..<row {
        let place = row * count + column
        let pull = weights[row] * weights[column] - inverse[place]
        gradient[axes] += pull * covariance[place]
        for axis in 0..<axes {
          gradient[axis] += pull * slopes[pair] * relevances[axis] * squares[pair * axes + axis]
        }
        pair += 1
      }
      let pull = 0.5 * (weights[row] * weights[row] - inverse[row * count + row])
      gradient[axes] += pull * variance
      gradient[axes + 1] += pull * noise
    }
    let explained = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
    return (prior - 0.5 * explained - 0.5 * factor.logDeterminant, gradient)
  }

  /// The priors of Optuna: scales neither tiny nor vast, a variance near 1, little noise.
  private func logPrior(
    _ relevances: [Double], _ variance: Double, _ noise: Double
  ) -> (value: Double, gradient: [Double]) {
    var value = log(variance) - variance + 0.1 * log(noise) - 30 * noise
    for relevance in relevances { value -= 0.1 / relevance + 0.1 * relevance }
    let gradient = relevances.map { 0.1 / $0 - 0.1 * $0 } + [1 - variance, 0.1 - 30 * noise]
    return (value, gradient)
  }
}
