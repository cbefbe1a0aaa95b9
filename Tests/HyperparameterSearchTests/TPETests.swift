import Glibc
import Options
import Testing

@testable import HyperparameterSearch

@Suite("The tree-structured Parzen estimator")
struct TPETests {
  private static let letters = ParameterDomain.choice(["a", "b", "c"].map { Choice(.text($0)) })
  private static let mixed: [ParameterDomain] = [
    .float(low: 0, high: 1, step: nil, isLog: false),
    .integer(low: 1, high: 64, step: 1, isLog: true),
    .integer(low: 2, high: 10, step: 2, isLog: false),
    .float(low: 0, high: 0.9, step: 0.3, isLog: false), letters,
  ]

  private func mixedObservations(_ count: Int) -> [[ParameterValue]] {
    (0..<count).map { index -> [ParameterValue] in
      let x = (Double(index * 37 % 101) + 0.5) / 101
      let n = 1 + index * index * 5 % 64
      let k = 2 + 2 * (index * 3 % 5)
      let s = 0.3 * Double(index % 4)
      return [.float(x), .integer(n), .integer(k), .float(s), .choice(index * 7 % 3)]
    }
  }

  /// What a density lacks in each range: the constant factor of a normal density.
  private static let rangeConstant = -0.5 * log(2 * Double.pi)

  @Test("densities are those of Optuna 5.0", arguments: [0, 1, 2, 40])
  func optuna(count: Int) throws {
    let references: [Int: [Double]] = [
      0: [-5.72801513381726, -7.468617437904716, -10.063641540910412],
      1: [-4.89274735168625, -7.723337164976279, -10.54803838670855],
      2: [-3.608776848441782, -7.897359053804069, -11.035155076203488],
      // Optuna with a stable sort of equal observations.
      40: [-8.532417162994857, -10.985733276513637, -11.739155907295872],
    ]
    let samples: [[ParameterValue]] = [
      [.float(0.1), .integer(1), .integer(2), .float(0), .choice(0)],
      [.float(0.5), .integer(7), .integer(6), .float(0.6), .choice(2)],
      [.float(0.98), .integer(64), .integer(10), .float(0.3 * 3), .choice(1)],
    ]
    let estimator = ParzenEstimator(mixedObservations(count), domains: Self.mixed)
    for (sample, reference) in zip(samples, try #require(references[count])) {
      let value = estimator.logDensity(at: sample) + Self.rangeConstant * 4
      #expect(abs(value - reference) < 1e-9, "\(value), not \(reference)")
    }
  }

  @Test("the probabilities of all values add up to one", arguments: [0, 3, 30])
  func sums(count: Int) {
    let domains = Array(Self.mixed[1...])
    let observations = mixedObservations(count).map { Array($0[1...]) }
    let estimator = ParzenEstimator(observations, domains: domains)
    var sum = 0.0
    for n in 1...64 {
      for k in stride(from: 2, through: 10, by: 2) {
        for s in 0..<4 {
          for c in 0..<3 {
            let values: [ParameterValue] = [
              .integer(n), .integer(k), .float(0.3 * Double(s)), .choice(c),
            ]
            sum += exp(estimator.logDensity(at: values) + 3 * Self.rangeConstant)
          }
        }
      }
    }
    #expect(abs(sum - 1) < 1e-9)
  }

  @Test("values are drawn as often as their probability says")
  func draws() {
    let domains = [Self.mixed[1], Self.letters]
    let observations = mixedObservations(12).map { [$0[1], $0[4]] }
    let estimator = ParzenEstimator(observations, domains: domains)
    var counts: [[ParameterValue]: Int] = [:]
    let draws = SearchDraws(seed: 3, trial: 0)
    let drawn = 20_000
    for draw in 0..<drawn { counts[estimator.draw { draws.unit($0, draw: draw) }, default: 0] += 1 }
    var distance = 0.0
    for n in 1...64 {
      for c in 0..<3 {
        let values: [ParameterValue] = [.integer(n), .choice(c)]
        let probability = exp(estimator.logDensity(at: values) + Self.rangeConstant)
        distance += abs(Double(counts[values] ?? 0) / Double(drawn) - probability)
      }
    }
    // Half the sum of absolute differences; chance alone gives 0.03 for 192 values and 20,000 draws.
    #expect(distance / 2 < 0.045, "\(distance / 2)")
  }

  @Test("an integer range of any size has its density")
  func vastRanges() {
    let vast = ParameterDomain.integer(low: 0, high: 1 << 52, step: 1, isLog: false)
    let estimator = ParzenEstimator([[.integer(1 << 51)]], domains: [vast])
    #expect(
      estimator.logDensity(at: [.integer(1 << 51)]) > estimator.logDensity(at: [.integer(0)]))
    #expect(estimator.logDensity(at: [.integer(0)]).isFinite)
  }

  private func study(_ trials: [(TrialState, [Report])], _ direction: Direction) -> StudyState {
    let space = SearchSpace([Parameter("x", Self.mixed[0])])
    var study = StudyState(
      space: space, direction: direction, seed: 0, fullBudget: 9, trialLimit: 99)
    for (number, (state, reports)) in trials.enumerated() {
      study.trials.append(
        Trial(number: number, assignment: [.float(0.5)], state: state, reports: reports))
    }
    return study
  }

  @Test("completed trials rank first, others by how far they got, equal ones by number")
  func ranks() {
    let one = [Report(budget: 1, value: 0.1)]
    let trials: [(TrialState, [Report])] = [
      (.failed("diverged"), one), (.running(until: 9), []), (.paused, one),
      (.pruned, one + [Report(budget: 3, value: 5)]), (.completed, [Report(budget: 9, value: 7)]),
      (.completed, [Report(budget: 9, value: 8)]), (.running(until: 3), one),
    ]
    let lowest = TrialSplit(study(trials, .minimize))
    #expect(lowest.rankedCount == 5)
    #expect(lowest.good.map(\.number) == [4])
    #expect(lowest.rest.map(\.number) == [0, 1, 2, 3, 5, 6])
    #expect(TrialSplit(study(trials, .maximize)).good.map(\.number) == [5])
    let rung = TrialSplit(study([trials[2], trials[3], trials[1]], .minimize))
    #expect(rung.good.map(\.number) == [1])
    let tie = TrialSplit(study([trials[1], trials[2], trials[6]], .minimize))
    #expect(tie.good.map(\.number) == [1])
  }

  @Test("the best tenth are good, 25 at most", arguments: [(1, 1), (10, 1), (11, 2), (400, 25)])
  func share(count: Int, good: Int) {
    let trials = (0..<count).map { number in
      (TrialState.completed, [Report(budget: 9, value: Double(count - number))])
    }
    let split = TrialSplit(study(trials, .minimize))
    #expect(split.good.map(\.number) == Array((count - good)..<count))
    #expect(split.rest.count == count - good)
  }

  @Test("the first trials are those of the Sobol sampler, until enough have a result")
  func startup() {
    let objective = SyntheticObjective.training
    let sobol = objective.trials(SobolSampler(), seed: 4, count: 40, concurrency: 1)
    let tpe = objective.trials(TreeParzenSampler(), seed: 4, count: 40, concurrency: 1)
    #expect(tpe.prefix(10).map(\.assignment) == sobol.prefix(10).map(\.assignment))
    #expect(zip(tpe, sobol).dropFirst(10).allSatisfy { $0.assignment != $1.assignment })
  }

  @Test("all values are in their domains and where conditions say", arguments: [false, true])
  func legality(isMultivariate: Bool) {
    let objective = SyntheticObjective.training
    let trials = objective.trials(
      TreeParzenSampler(isMultivariate: isMultivariate), seed: 1, count: 60, concurrency: 3)
    for trial in trials {
      for (index, parameter) in objective.space.parameters.enumerated() {
        let value = trial.assignment[index]
        #expect((value != nil) == objective.space.isActive(index, in: trial.assignment))
        #expect(value.map(parameter.domain.contains) ?? true)
      }
    }
    let again = objective.trials(
      TreeParzenSampler(isMultivariate: isMultivariate), seed: 1, count: 60, concurrency: 3)
    #expect(again.map(\.assignment) == trials.map(\.assignment))
    let fewer = objective.trials(
      TreeParzenSampler(isMultivariate: isMultivariate), seed: 1, count: 25, concurrency: 3)
    #expect(fewer.map(\.assignment) == trials.prefix(25).map(\.assignment))
  }

  @Test("values that were tried are not tried again while there are others")
  func noRepetition() {
    let space = SearchSpace([
      Parameter("n", .integer(low: 1, high: 12, step: 1, isLog: false)),
      Parameter("c", Self.letters),
    ])
    let objective = SyntheticObjective(name: "small", space: space, optimum: 0) { assignment in
      guard case .integer(let n)? = assignment[0], case .choice(let c)? = assignment[1] else {
        return .infinity
      }
      return Double(abs(n - 7) + c)
    }
    let trials = objective.trials(TreeParzenSampler(), seed: 0, count: 30, concurrency: 1)
    let learned = trials.dropFirst(10).map(\.assignment)
    #expect(Set(learned).count == learned.count)
    #expect(Set(learned).isDisjoint(with: trials.prefix(10).map(\.assignment)))
  }

  @Test("what goes well together is found by a shared density alone")
  func interaction() {
    // A narrow diagonal valley: each parameter by itself tells nothing.
    let space = SearchSpace([Parameter("x", Self.mixed[0]), Parameter("y", Self.mixed[0])])
    let objective = SyntheticObjective(name: "valley", space: space, optimum: 0) { assignment in
      guard case .float(let x)? = assignment[0], case .float(let y)? = assignment[1] else {
        return .infinity
      }
      return abs(x - y) + 0.1 * abs(x - 0.5)
    }
    func regret(_ isMultivariate: Bool) -> Double {
      objective.regret(
        TreeParzenSampler(isMultivariate: isMultivariate), trials: [50], seeds: 0..<12,
        concurrency: 1)[0]
    }
    #expect(regret(true) < 0.8 * regret(false))
  }

  @Test("options are read, wrong ones reported with what is meant")
  func options() throws {
    let diagnostics = Diagnostics()
    let sampler = try #require(
      SamplerRegistry.decode(
        try SamplerProblems.tree(
          "{tpe: {startup_trials: 20, candidates: 48, multivariate: false}}"),
        diagnostics: diagnostics) as? TreeParzenSampler)
    #expect(diagnostics.isEmpty)
    #expect(
      sampler.startupTrials == 20 && sampler.candidates == 48 && !sampler.isMultivariate)
    #expect(
      SamplerProblems.of("{tpe: {n_startup_trials: 5}}") == [
        "unknown key `n_startup_trials` in tpe; write `startup_trials`"
      ])
    #expect(
      SamplerProblems.of("{tpe: {candidate: 5, startup_trials: 0}}") == [
        "`startup_trials` of tpe is 0, legal is 1 or more; ",
        "unknown key `candidate` in tpe; did you mean `candidates`? "
          + "known keys: startup_trials, candidates, multivariate",
      ])
  }
}
