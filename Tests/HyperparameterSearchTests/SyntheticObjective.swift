import Glibc
import HyperparameterSearch
import Options

/// A cheap function with the traps of a real objective: what samplers are compared on.
struct SyntheticObjective: Sendable {
  let name: String
  let space: SearchSpace
  /// The least value that there is.
  let optimum: Double
  let value: @Sendable (Assignment) -> Double

  static let all = [branin, hartmann, training]

  /// Branin's function: two floats, three valleys that are equally deep.
  static let branin = SyntheticObjective(
    name: "branin",
    space: SearchSpace([
      Parameter("x", .float(low: -5, high: 10, step: nil, isLog: false)),
      Parameter("y", .float(low: 0, high: 15, step: nil, isLog: false)),
    ]), optimum: 0.397887
  ) { assignment in
    let (x, y) = (number(assignment[0]), number(assignment[1]))
    let valley = y - 5.1 / (4 * .pi * .pi) * x * x + 5 / .pi * x - 6
    return valley * valley + 10 * (1 - 1 / (8 * .pi)) * cos(x) + 10
  }

  /// Hartmann's function of six floats: one deep basin, others that are less so.
  static let hartmann = SyntheticObjective(
    name: "hartmann6",
    space: SearchSpace(
      (0..<6).map { Parameter("x\($0)", .float(low: 0, high: 1, step: nil, isLog: false)) }),
    optimum: -3.32237
  ) { assignment in
    let heights = [1.0, 1.2, 3.0, 3.2]
    let widths: [[Double]] = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ]
    let centers: [[Double]] = [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
      [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
      [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    var sum = 0.0
    for basin in 0..<4 {
      var exponent = 0.0
      for axis in 0..<6 {
        let distance = number(assignment[axis]) - centers[basin][axis]
        exponent += widths[basin][axis] * distance * distance
      }
      sum -= heights[basin] * exp(-exponent)
    }
    return sum
  }

  /// The loss of a training, as one meets it: a valley in the learning rate that moves with the depth and the
  /// optimizer, a momentum for one optimizer alone, a width that is worth a little, and rates of dropout in steps.
  static let training = SyntheticObjective(
    name: "training",
    space: SearchSpace([
      Parameter("optimizer", .choice(["sgd", "adam", "rmsprop"].map { Choice(.text($0)) })),
      Parameter("learning_rate", .float(low: 1e-5, high: 1, step: nil, isLog: true)),
      Parameter(
        "momentum", .float(low: 0, high: 0.99, step: nil, isLog: false),
        conditions: [.init(of: 0, among: [.choice(0)])]),
      Parameter("depth", .integer(low: 1, high: 6, step: 1, isLog: false)),
      Parameter("width", .integer(low: 8, high: 512, step: 1, isLog: true)),
      Parameter(
        "activation", .choice(["relu", "tanh", "gelu", "sigmoid"].map { Choice(.text($0)) })),
      Parameter("dropout", .float(low: 0, high: 0.8, step: 0.1, isLog: false)),
    ]), optimum: 0.1
  ) { assignment in
    guard case .choice(let optimizer)? = assignment[0], case .integer(let depth)? = assignment[3],
      case .integer(let width)? = assignment[4], case .choice(let activation)? = assignment[5]
    else { return .infinity }
    let bestRate = [-1.2, -2.8, -3.0][optimizer] - 0.15 * Double(depth - 3)
    let rate = log10(number(assignment[1])) - bestRate
    var loss = 0.1 + [0.0, 0.02, 0.06][optimizer] + 0.15 * rate * rate
    if let momentum = assignment[2] {
      let distance = number(momentum) - 0.9
      loss += 0.3 * distance * distance
    }
    let units = log2(Double(width)) - 7
    let dropped = number(assignment[6]) - 0.2
    loss += 0.02 * Double((depth - 3) * (depth - 3)) + 0.015 * units * units
    return loss + [0.0, 0.05, 0.01, 0.2][activation] + 0.4 * dropped * dropped
  }

  private static func number(_ value: ParameterValue?) -> Double {
    guard case .float(let number)? = value else { return .nan }
    return number
  }

  /// The trials of a study of this function, by number, with their values.
  func trials(
    _ sampler: any Sampler, seed: UInt64, count: Int, concurrency: Int
  ) -> [Trial] {
    var engine = StudyEngine(
      StudyState(
        space: space, direction: .minimize, seed: seed, fullBudget: 1, trialLimit: count),
      sampler: sampler, scheduler: FullTraining(), concurrency: concurrency)
    var jobs = engine.takeJobs()
    while !jobs.isEmpty {
      for job in jobs {
        let value = value(engine.study.trials[job.trial].assignment)
        engine.finish(job.number, .trained([Report(budget: 1, value: value)]))
      }
      jobs = engine.takeJobs()
    }
    return engine.study.trials
  }

  /// How far the best of the first so many trials is from the optimum, on average over seeds.
  func regret(
    _ sampler: any Sampler, trials counts: [Int], seeds: Range<UInt64>, concurrency: Int
  ) -> [Double] {
    var sums = counts.map { _ in 0.0 }
    for seed in seeds {
      let values = trials(
        sampler, seed: seed, count: counts.max() ?? 0, concurrency: concurrency
      ).compactMap(\.value)
      for (index, count) in counts.enumerated() {
        sums[index] += (values.prefix(count).min() ?? .infinity) - optimum
      }
    }
    return sums.map { $0 / Double(seeds.count) }
  }
}
