/// Measures slopes of a network's loss along directions of one tensor.
struct SlopeMeter {
  /// What one step size gave.
  private struct Trial {
    let level: Int
    let fit: SlopeFit
    let measurement: Measurement
  }

  let network: CheckedNetwork
  let tensor: CheckedTensor
  let settings: GradientCheckSettings
  /// The largest typical slope of any tensor.
  let overall: Double
  /// A slope that counts as none.
  let negligible: Double
  /// The loss at the point.
  private let centre: Double
  /// The standard deviation of the loss's rounding.
  private var noise = 0.0

  /// Differences on each side.
  private static let pointCount = 6
  /// The steps: 4^-level.
  private static let levels = 0...6
  private static let firstLevel = 2

  init(
    network: CheckedNetwork, tensor: CheckedTensor, settings: GradientCheckSettings,
    overall: Double, negligible: Double
  ) {
    self.network = network
    self.tensor = tensor
    self.settings = settings
    self.overall = overall
    self.negligible = negligible
    centre = network.loss()
  }

  /// The meter with the rounding known: how much the loss scatters over steps so small that all else
  /// is a straight line.
  func withNoise(along direction: Direction) -> SlopeMeter {
    let count = 8
    let values = (1...count).map { index in
      rest(Double(index - count / 2) * 0x1p-18, direction)
    }
    let mean = values.reduce(0, +) / Double(count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var meter = self
    // A loss that did not change at all was rounded all the same.
    meter.noise = max(abs(centre) * 0x1p-26, (squares / Double(count - 1)).squareRoot())
    return meter
  }

  /// Measures the slope along a direction: walks to larger steps where rounding limits, to smaller
  /// ones where anything else does, until the verdict is sharp.
  ///
  /// A failure must show at two step sizes with one difference: that of a kink changes with the step.
  ///
  /// - Complexity: twelve runs of the network for each step size tried, one to seven of them.
  func measure(_ direction: Direction) -> Measurement {
    var trials: [Trial] = []
    var level = Self.firstLevel
    while Self.levels.contains(level), !trials.contains(where: { $0.level == level }) {
      let trial = trial(level, direction)
      trials.append(trial)
      let measurement = trial.measurement
      if measurement.verdict == .passed, measurement.relativeBound <= settings.tolerance { break }
      if trials.count(where: { $0.measurement.verdict == .failed }) == 3 { break }
      level += trial.fit.rounding > trial.fit.bound / 2 ? -1 : 1
    }
    let best = trials.dropFirst().reduce(trials[0]) { $1.fit.bound < $0.fit.bound ? $1 : $0 }
    guard best.measurement.verdict == .failed else { return best.measurement }
    // Kinks of opposite signs hide from the bound, so what stands among kinks must stand out.
    let bound = (best.fit.hasKink ? 5 : 2) * best.fit.bound
    guard abs(best.fit.excess) > bound else { return best.measurement.with(.inconclusive) }
    let isConfirmed = trials.contains { other in
      other.level != best.level && other.fit.bound < abs(other.fit.excess) / 2
        && abs(other.fit.excess - best.fit.excess) < 0.3 * abs(best.fit.excess)
    }
    return isConfirmed ? best.measurement : best.measurement.with(.inconclusive)
  }

  private func trial(_ level: Int, _ direction: Direction) -> Trial {
    let step = (0..<level).reduce(1.0) { step, _ in step / 4 }
    let points = (1...Self.pointCount).map { step * Double($0) / Double(Self.pointCount) }
    let fit = SlopeFit(
      above: points.map { rest($0, direction) }, below: points.map { rest(-$0, direction) },
      centre: centre, step: step, noise: noise)
    let analytic = tensor.slope(along: direction)
    let numeric = analytic + fit.excess
    let typical = direction.isElement ? tensor.typicalElementSlope : tensor.typicalSlope
    var scale = max(abs(analytic), abs(numeric), typical)
    if scale + fit.bound <= negligible { scale = overall }
    let verdict = settings.verdict(error: abs(fit.excess), bound: fit.bound, scale: scale)
    return Trial(
      level: level, fit: fit,
      measurement: Measurement(
        direction: direction.name, analytic: analytic, numeric: numeric, bound: fit.bound,
        scale: scale, step: step, hasKink: fit.hasKink, verdict: verdict))
  }

  /// What the loss is at `t` beyond the analytic slope.
  private func rest(_ t: Double, _ direction: Direction) -> Double {
    let change = tensor.move(t, along: direction)
    let value = network.loss() - change
    tensor.moveBack(from: direction)
    return value
  }
}
