import Testing

@testable import Optimizers

/// A sequence of measurements and the rates after each, as PyTorch 2.15's `ReduceLROnPlateau` has them.
struct PlateauValues: Sendable, CustomTestStringConvertible {
  let name: String
  let schedule: ReduceOnPlateau
  var base = 0.1
  let values: [Double]
  let rates: [Double]

  var testDescription: String { name }

  static let all = [
    PlateauValues(
      name: "equal values are no improvement", schedule: ReduceOnPlateau(factor: 0.5, patience: 2),
      values: [1, 0.9, 0.9, 0.95, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8],
      rates: [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025]),
    PlateauValues(
      name: "nothing counts while it cools down",
      schedule: ReduceOnPlateau(patience: 1, cooldown: 3),
      values: Array(repeating: 1, count: 10),
      rates: [0.1, 0.1] + Array(repeating: 0.01, count: 5) + [0.001, 0.001, 0.001]),
    PlateauValues(
      name: "a NaN is no improvement", schedule: ReduceOnPlateau(factor: 0.5, patience: 1),
      values: [1, .nan, .nan, 0.5, 0.6, .nan, 0.7],
      rates: [0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025]),
    PlateauValues(
      name: "higher is better, by an amount",
      schedule: ReduceOnPlateau(
        monitor: Monitor(.validationAccuracy), factor: 0.5, patience: 1, change: .absolute(0.1)),
      values: [0.5, 0.6, 0.6, 0.6, 0.65, 0.65, 0.65, 0.65],
      rates: [0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025]),
    PlateauValues(
      name: "higher is better, by a share",
      schedule: ReduceOnPlateau(
        monitor: Monitor(.validationAccuracy), factor: 0.5, patience: 1, change: .relative(0.1)),
      values: [0.5, 0.54, 0.56, 0.6, 0.61, 0.62, 0.63, 0.8],
      rates: [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]),
    PlateauValues(
      name: "the rate does not fall below the minimum",
      schedule: ReduceOnPlateau(patience: 0, minimum: 0.0025),
      values: Array(repeating: 1, count: 6),
      rates: [0.1, 0.01] + Array(repeating: 0.0025, count: 4)),
    PlateauValues(
      name: "a reduction by less than epsilon is not made",
      schedule: ReduceOnPlateau(factor: 0.5, patience: 0), base: 1e-7,
      values: Array(repeating: 1, count: 6),
      rates: [1e-7, 5e-8, 2.5e-8, 1.25e-8, 1.25e-8, 1.25e-8]),
    PlateauValues(
      name: "lower must be lower by a share", schedule: ReduceOnPlateau(factor: 0.5, patience: 0),
      values: [1, 0.99995, 0.9998, 0.9998, 0.9996], rates: [0.1, 0.05, 0.05, 0.025, 0.025]),
    PlateauValues(
      name: "a share of a negative value is negative",
      schedule: ReduceOnPlateau(factor: 0.5, patience: 0), values: [-1, -1.00005, -1.2, -1.2],
      rates: [0.1, 0.1, 0.1, 0.1]),
    PlateauValues(
      name: "an infinity is no start", schedule: ReduceOnPlateau(factor: 0.5, patience: 0),
      values: [.infinity, 1], rates: [0.05, 0.05]),
  ]
}

@Suite("A rate that is reduced on a plateau")
struct ReduceOnPlateauTests {
  @Test("is PyTorch's", arguments: PlateauValues.all)
  func values(expected: PlateauValues) {
    var plateau = Plateau()
    var rates: [Double] = []
    for value in expected.values {
      let former = plateau.reductions
      let isReduced = expected.schedule.observe(value, in: &plateau, base: expected.base)
      #expect(isReduced == (plateau.reductions > former))
      let position = SchedulePosition(
        step: rates.count, totalSteps: 100, stepsPerEpoch: 5, reductions: plateau.reductions)
      rates.append(expected.schedule.learningRate(from: expected.base, at: position))
    }
    for (rate, wanted) in zip(rates, expected.rates) {
      #expect(abs(rate - wanted) <= 1e-14 * wanted, "\(rates)")
    }
    #expect(rates.count == expected.rates.count)
  }

  @Test("keeps the best value, not the last")
  func best() {
    var plateau = Plateau()
    let schedule = ReduceOnPlateau(patience: 9)
    for value in [3, 2, 2.5, .nan] { _ = schedule.observe(value, in: &plateau, base: 1) }
    #expect(plateau.best == 2 && plateau.waited == 2)
  }
}

@Suite("A monitor")
struct MonitorTests {
  @Test("takes higher accuracies and lower errors for better, unless told otherwise")
  func modes() {
    for metric in RunMetric.allCases {
      #expect(Monitor(metric).mode == (metric.quantity == .accuracy ? .max : .min))
      #expect(RunMetric(rawValue: metric.rawValue) == metric)
    }
    #expect(Monitor(.validationAccuracy, mode: .min).mode == .min)
    #expect(RunMetric.allCases.count == 8)
  }

  @Test("never takes a NaN for better, and wants more than the minimum change")
  func improvement() {
    let lower = Monitor(.validationLoss)
    #expect(lower.isImproved(by: 1, from: nil))
    #expect(!lower.isImproved(by: .nan, from: nil))
    #expect(!lower.isImproved(by: .nan, from: 1))
    #expect(!lower.isImproved(by: 1, from: 1))
    #expect(!lower.isImproved(by: 0.75, from: 1, change: .absolute(0.25)))
    #expect(lower.isImproved(by: 0.74, from: 1, change: .absolute(0.25)))
    let higher = Monitor(.validationAccuracy)
    #expect(higher.isImproved(by: 1.1, from: 1) && !higher.isImproved(by: 0.9, from: 1))
    #expect(!higher.isImproved(by: -.infinity, from: nil))
  }
}
