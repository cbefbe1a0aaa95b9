import Optimizers
import Testing

/// A schedule, the steps it is for, and rates by step, as PyTorch 2.15's schedulers give them.
struct ScheduleValues: Sendable, CustomTestStringConvertible {
  let name: String
  let schedule: Schedule
  let steps: Int
  var stepsPerEpoch = 5
  /// The rates of some steps.
  let rates: [(step: Int, rate: Double)]

  init(
    _ name: String, _ curve: any LearningRateSchedule, warmup: Warmup? = nil, steps: Int,
    stepsPerEpoch: Int = 5, rates: [(Int, Double)]
  ) {
    self.name = name
    schedule = Schedule(curve, warmup: warmup)
    self.steps = steps
    self.stepsPerEpoch = stepsPerEpoch
    self.rates = rates.map { (step: $0.0, rate: $0.1) }
  }

  /// The rates of all steps from 0.
  init(
    _ name: String, _ curve: any LearningRateSchedule, warmup: Warmup? = nil, all rates: [Double]
  ) {
    self.init(
      name, curve, warmup: warmup, steps: rates.count,
      rates: rates.enumerated().map { ($0.offset, $0.element) })
  }

  var testDescription: String { name }

  func rate(_ step: Int) -> Double {
    schedule.learningRate(
      from: 0.1,
      at: SchedulePosition(step: step, totalSteps: steps, stepsPerEpoch: stepsPerEpoch))
  }

  static let all = [
    ScheduleValues("constant", ConstantSchedule(), steps: 9, rates: [(0, 0.1), (8, 0.1)]),
    ScheduleValues(
      "StepLR(4, 0.5)", StepSchedule(every: .steps(4), factor: 0.5), steps: 13,
      rates: [(0, 0.1), (3, 0.1), (4, 0.05), (7, 0.05), (8, 0.025), (12, 0.0125)]),
    ScheduleValues(
      "StepLR(2, 0.5), stepped each epoch", StepSchedule(every: .epochs(2), factor: 0.5),
      steps: 25, rates: [(0, 0.1), (9, 0.1), (10, 0.05), (19, 0.05), (20, 0.025)]),
    ScheduleValues(
      "MultiStepLR([3, 7, 9], 0.1)",
      MultiStepSchedule(milestones: [.steps(9), .steps(3), .steps(7), .steps(99)]), steps: 12,
      rates: [
        (0, 0.1), (2, 0.1), (3, 0.010000000000000002), (6, 0.010000000000000002),
        (7, 0.0010000000000000002), (9, 0.00010000000000000003), (11, 0.00010000000000000003),
      ]),
    ScheduleValues(
      "MultiStepLR([1, 3], 0.5), stepped each epoch",
      MultiStepSchedule(milestones: [.epochs(1), .epochs(3)], factor: 0.5), steps: 20,
      rates: [(4, 0.1), (5, 0.05), (14, 0.05), (15, 0.025)]),
    ScheduleValues(
      "ExponentialLR(0.9)", ExponentialSchedule(factor: 0.9, per: .step), steps: 12,
      rates: [
        (0, 0.1), (1, 0.09000000000000001), (2, 0.08100000000000002), (5, 0.05904900000000002),
        (11, 0.03138105960900001),
      ]),
    ScheduleValues(
      "ExponentialLR(0.9), stepped each epoch", ExponentialSchedule(factor: 0.9), steps: 20,
      rates: [(4, 0.1), (5, 0.09000000000000001), (14, 0.08100000000000002)]),
    ScheduleValues(
      "CosineAnnealingLR(10)", CosineSchedule(),
      all: [
        0.1, 0.09755282581475769, 0.09045084971874738, 0.07938926261462367, 0.06545084971874739,
        0.05000000000000001, 0.03454915028125264, 0.020610737385376353, 0.009549150281252635,
        0.002447174185242324,
      ]),
    ScheduleValues(
      "CosineAnnealingLR(7, eta_min=0.02)", CosineSchedule(final: .rate(0.02)),
      all: [
        0.1, 0.09603875471609677, 0.08493959207434935, 0.06890083735825259, 0.051099162641747436,
        0.03506040792565067, 0.02396124528390324,
      ]),
    ScheduleValues(
      "PolynomialLR(8)", PolynomialSchedule(),
      all: [0.1, 0.0875, 0.075, 0.0625, 0.05, 0.0375, 0.025, 0.0125]),
    ScheduleValues(
      "PolynomialLR(8, 0.9)", PolynomialSchedule(power: 0.9),
      all: [
        0.1, 0.08867623542572073, 0.07718895067235704, 0.06550764934180986, 0.05358867312681466,
        0.04136453446582763, 0.028717458874925876, 0.015389305166811454,
      ]),
    ScheduleValues(
      "PolynomialLR(8, 2) down to a tenth: 0.01 + 0.9 of its rates",
      PolynomialSchedule(power: 2, final: .factor(0.1)), steps: 8,
      rates: [(0, 0.1), (1, 0.07890625), (2, 0.060625), (4, 0.0325), (7, 0.01140625)]),
    ScheduleValues(
      "OneCycleLR", OneCycleSchedule(),
      all: [
        0.0040000000000000036, 0.013167184270002533, 0.037167184270002526, 0.06683281572999747,
        0.09083281572999748, 0.1, 0.09874640062350874, 0.09504846320134738, 0.089091617757105,
        0.0811745653949763, 0.07169430017913009, 0.06112620219362893, 0.0500002,
        0.03887419780637107, 0.028306099820869922, 0.0188258346050237, 0.010908782242895003,
        0.004951936798652629, 0.0012539993764912555, 4e-07,
      ]),
    ScheduleValues(
      "OneCycleLR, linear",
      OneCycleSchedule(peakShare: 0.25, startDivisor: 10, finalDivisor: 100, anneal: .linear),
      all: [
        0.01, 0.0325, 0.055, 0.0775, 0.1, 0.09334, 0.08668, 0.08002, 0.07336, 0.0667, 0.06004,
        0.05338, 0.04672, 0.04006, 0.0334, 0.02674, 0.02008, 0.01342, 0.00676, 0.0001,
      ]),
    ScheduleValues(
      "OneCycleLR without a rise", OneCycleSchedule(peakShare: 0),
      all: [
        0.09504846320134738, 0.0811745653949763, 0.06112620219362893, 0.03887419780637107,
        0.0188258346050237, 0.004951936798652629, 4e-07,
      ]),
    ScheduleValues(
      "OneCycleLR without a fall", OneCycleSchedule(peakShare: 1),
      all: [
        0.0040000000000000036, 0.010430780618346944, 0.028, 0.052, 0.076, 0.09356921938165307, 0.1,
      ]),
    ScheduleValues(
      "OneCycleLR of two steps", OneCycleSchedule(), all: [0.0811745653949763, 4e-07]),
    ScheduleValues(
      "LinearLR(0.25, total_iters=4), then CosineAnnealingLR(8)", CosineSchedule(),
      warmup: Warmup(.steps(4), startFactor: 0.25),
      all: [
        0.025, 0.04375, 0.0625, 0.08125, 0.1, 0.09619397662556434, 0.08535533905932738,
        0.0691341716182545, 0.05, 0.030865828381745515, 0.014644660940672627, 0.0038060233744356634,
      ]),
  ]
}

@Suite("The rates of schedules")
struct ScheduleValueTests {
  @Test("are PyTorch's", arguments: ScheduleValues.all)
  func values(expected: ScheduleValues) {
    for (step, rate) in expected.rates {
      // Closed forms here, products from step to step there.
      #expect(abs(expected.rate(step) - rate) <= 1e-16 + 2e-14 * rate, "step \(step)")
    }
  }

  @Test("stay as they are at the end, however far a benchmark goes", arguments: ScheduleValues.all)
  func beyond(values: ScheduleValues) {
    guard values.schedule.curve.dependsOnLength else { return }
    #expect(values.rate(values.steps + 1) == values.rate(values.steps))
    #expect(values.rate(values.steps) <= values.rate(values.steps - 1))
  }

  @Test("rise from 0 before a warm-up's end, and count epochs from there")
  func warmupBorders() {
    let values = ScheduleValues(
      "", StepSchedule(every: .epochs(1), factor: 0.5), warmup: Warmup(.epochs(1)), steps: 20,
      stepsPerEpoch: 4, rates: [])
    let rates = (0..<16).map(values.rate)
    expectRise(rates)
    #expect(rates[4..<8].allSatisfy { $0 == 0.1 })
    #expect(rates[8..<12].allSatisfy { $0 == 0.05 })
    #expect(rates[12..<16].allSatisfy { $0 == 0.025 })
  }

  @Test("lead a warm-up to the first rate of the schedule, also where it is the whole run")
  func warmupEnd() {
    let cycle = ScheduleValues(
      "", OneCycleSchedule(), warmup: Warmup(.steps(2)), steps: 22, rates: [])
    #expect(cycle.rate(1) == cycle.rate(2) / 2)
    #expect(abs(cycle.rate(2) - 0.004) < 1e-15)
    let whole = ScheduleValues(
      "", CosineSchedule(), warmup: Warmup(.steps(4)), steps: 4, rates: [])
    expectRise((0..<4).map(whole.rate))
  }

  /// Expects the first four rates of a warm-up of four steps from 0.
  private func expectRise(
    _ rates: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (rate, expected) in zip(rates, [0, 0.025, 0.05, 0.075]) {
      #expect(abs(rate - expected) <= expected.ulp, "\(rates)", sourceLocation: sourceLocation)
    }
  }

  @Test("are shares of the optimizer's rate")
  func base() {
    let position = SchedulePosition(step: 3, totalSteps: 10, stepsPerEpoch: 5)
    let cosine = Schedule(CosineSchedule(final: .factor(0.5)))
    let half = cosine.learningRate(from: 0.05, at: position)
    #expect(half == cosine.learningRate(from: 0.1, at: position) / 2)
  }
}
