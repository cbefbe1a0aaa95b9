import Glibc
import Options
import Testing

@testable import HyperparameterSearch

@Suite("The Gaussian process sampler")
struct GaussianProcessTests {
  private static let plain = GaussianProcess.Geometry(isChoice: [false, false])

  private func parameters(
    _ logRelevances: [Double], variance: Double = 1, noise: Double = 1e-6
  ) -> GaussianProcess.Parameters {
    GaussianProcess.Parameters(
      logRelevances: logRelevances, logVariance: log(variance), logNoise: log(noise))
  }

  /// Points that fill the unit square, and a function of the first coordinate alone there.
  private static let points: [[Double]] = (0..<24).map { index in
    SobolSequence(dimensions: 2)[index].map { Double($0) * 0x1p-32 }
  }
  private static let waves = points.map { sin(6 * $0[0]) }

  @Test("a matrix is factored, solved and inverted, sizes around the width of the lanes included")
  func factor() {
    let small = CholeskyFactor([4, 0, 2, 3], size: 2)
    #expect(small.solveLower([2, 3]) == [1, (3 - 1) / 2.0.squareRoot()])
    #expect(abs(small.logDeterminant - log(8)) < 1e-15)
    for size in [1, 7, 8, 9, 21] {
      var matrix = [Double](repeating: 0, count: size * size)
      for row in 0..<size {
        for column in 0..<size {
          matrix[row * size + column] = exp(-0.3 * Double(abs(row - column)))
        }
      }
      let factor = CholeskyFactor(matrix, size: size)
      let right = (0..<size).map { sin(Double($0)) }
      let solution = factor.solve(right)
      let inverse = factor.inverse
      for row in 0..<size {
        let product = (0..<size).reduce(0) { $0 + matrix[row * size + $1] * solution[$1] }
        #expect(abs(product - right[row]) < 1e-12)
        let other = (0..<size).reduce(0) {
          $0 + inverse[max(row, $1) * size + min(row, $1)] * right[$1]
        }
        #expect(abs(other - solution[row]) < 1e-12)
      }
    }
  }

  @Test("one value is believed as far as its noise allows, and forgotten far away")
  func oneValue() {
    let process = GaussianProcess(
      [[0.5, 0.5]], [3], Self.plain, parameters([0, 0], variance: 2, noise: 1))
    let there = process.prediction(at: [0.5, 0.5])
    #expect(abs(there.mean - 2) < 1e-14)
    #expect(abs(there.deviation * there.deviation - (2 - 4.0 / 3)) < 1e-14)
    // At distance 1 the correlation is (1 + √5 + 5/3) / e^√5.
    let correlation = (1 + 5.0.squareRoot() + 5 / 3) * exp(-5.0.squareRoot())
    let away = process.prediction(at: [0.5, 1.5])
    #expect(abs(away.mean - 2 * correlation) < 1e-14)
    let far = process.prediction(at: [40, 0])
    #expect(abs(far.mean) < 1e-12 && abs(far.deviation - 2.0.squareRoot()) < 1e-12)
  }

  @Test("all choices are as far from each other")
  func choices() {
    let geometry = GaussianProcess.Geometry(isChoice: [true])
    let process = GaussianProcess([[0]], [1], geometry, parameters([0]))
    #expect(process.prediction(at: [1]).mean == process.prediction(at: [5]).mean)
    #expect(process.prediction(at: [0]).mean > 0.99)
  }

  @Test("the gradient of the fit is that of differences")
  func gradient() {
    let fit = GaussianProcessFit(Self.points, Self.waves, Self.plain)
    let theta = [1.2, -0.7, 0.3, -3]
    let (_, gradient) = fit.logDensity(theta)
    for index in theta.indices {
      var (low, high) = (theta, theta)
      low[index] -= 1e-5
      high[index] += 1e-5
      let slope = (fit.logDensity(high).value - fit.logDensity(low).value) / 2e-5
      #expect(abs(slope - gradient[index]) < 1e-5 * (1 + abs(slope)), "parameter \(index)")
    }
  }

  @Test("a fit finds the axis that matters, and predicts values between those known")
  func fit() {
    let parameters = GaussianProcessFit(Self.points, Self.waves, Self.plain).parameters()
    #expect(parameters.logRelevances[0] > parameters.logRelevances[1] + 2)
    #expect(parameters.logNoise < log(1e-2))
    let process = GaussianProcess(Self.points, Self.waves, Self.plain, parameters)
    for place in [0.2, 0.45, 0.7] {
      let (mean, deviation) = process.prediction(at: [place, 0.3])
      #expect(abs(mean - sin(6 * place)) < 0.1)
      #expect(deviation < 0.2)
    }
  }

  @Test(
    "the expected improvement is told apart where it is next to nothing",
    arguments: [
      (2, 0.69738354578822831), (0, -0.91893853320467274), (-3, -7.8696860596030285),
      (-24, -295.28022323480488), (-25, -319.86146358149595), (-40, -808.29856835661996),
    ])
  func improvement(z: Double, expected: Double) {
    #expect(abs(ImprovementSearch.logExpectedExcess(z) - expected) < 1e-6)
  }

  private func study(_ trials: [(TrialState, [Report])]) -> StudyState {
    let space = SearchSpace([Parameter("n", .integer(low: 0, high: 99, step: 1, isLog: false))])
    var study = StudyState(
      space: space, direction: .maximize, seed: 0, fullBudget: 9, trialLimit: 99)
    for (number, (state, reports)) in trials.enumerated() {
      study.trials.append(
        Trial(number: number, assignment: [.integer(number)], state: state, reports: reports))
    }
    return study
  }

  @Test("trials are compared at the largest budget that enough of them came to")
  func budgets() throws {
    let early = Report(budget: 1, value: 5)
    let study = study([
      (.completed, [early, Report(budget: 9, value: 1)]), (.paused, [early]),
      (.pruned, [early, Report(budget: 3, value: 2)]),
      (.running(until: 9), [early, Report(budget: 3, value: 3)]), (.running(until: 1), []),
      (.failed("diverged"), []),
    ])
    let costs = try #require(TrialCosts(study, atLeast: 3))
    // At budget 3 the completed trial has its value of budget 1; the failed one is as bad as the worst.
    #expect(
      costs.known.map(\.assignment) == [0, 2, 3, 5].map { [.integer($0)] as Assignment })
    #expect(costs.pending == [[.integer(4)]])
    #expect(costs.known[0].cost < costs.known[2].cost)
    #expect(costs.known[2].cost < costs.known[1].cost)
    #expect(costs.known[3].cost == costs.known[1].cost)
    #expect(abs(costs.known.reduce(0) { $0 + $1.cost }) < 1e-12)
    #expect(try #require(TrialCosts(study, atLeast: 4)).known.count == 5)
    #expect(TrialCosts(study, atLeast: 5) == nil)
  }

  @Test("a cost far above the middle ones is cut, and too many trials are selected from")
  func cuts() throws {
    let values = [10, 9, 8, -1e9].map { (TrialState.completed, [Report(budget: 9, value: $0)]) }
    let costs = try #require(TrialCosts(study(values), atLeast: 2)).known.map(\.cost)
    // As 0, 1, 2 and 2 + 2·2 above the best.
    #expect(abs((costs[3] - costs[2]) / (costs[1] - costs[0]) - 4) < 1e-9)
    let many = (0..<300).map { number in
      (TrialState.completed, [Report(budget: 9, value: Double(-number))])
    }
    let known = try #require(TrialCosts(study(many), atLeast: 2)).known
    let numbers = Array(0..<100) + Array(200..<300)
    #expect(known.map(\.assignment) == numbers.map { [.integer($0)] as Assignment })
  }

  @Test("all values are in their domains, where conditions say, and new")
  func legality() {
    let objective = SyntheticObjective.training
    let sampler = GaussianProcessSampler(startupTrials: 6)
    let trials = objective.trials(sampler, seed: 2, count: 18, concurrency: 3)
    let sobol = objective.trials(SobolSampler(), seed: 2, count: 18, concurrency: 3)
    #expect(trials.prefix(6).map(\.assignment) == sobol.prefix(6).map(\.assignment))
    #expect(trials.last?.assignment != sobol.last?.assignment)
    #expect(Set(trials.map(\.assignment)).count == trials.count)
    for trial in trials {
      for (index, parameter) in objective.space.parameters.enumerated() {
        let value = trial.assignment[index]
        #expect((value != nil) == objective.space.isActive(index, in: trial.assignment))
        #expect(value.map(parameter.domain.contains) ?? true)
      }
    }
    let again = objective.trials(sampler, seed: 2, count: 18, concurrency: 3)
    #expect(again.map(\.assignment) == trials.map(\.assignment))
  }

  @Test("values that are all equally good, or used up, are no problem")
  func flatAndFinite() {
    let space = SearchSpace([
      Parameter("n", .integer(low: 1, high: 3, step: 1, isLog: false)),
      Parameter("one", .float(low: 2, high: 2, step: nil, isLog: false)),
    ])
    let objective = SyntheticObjective(name: "flat", space: space, optimum: 0) { _ in 0 }
    let trials = objective.trials(
      GaussianProcessSampler(startupTrials: 2), seed: 0, count: 6, concurrency: 1)
    #expect(Set(trials.map(\.assignment)).count == 3)
  }

  @Test("options are read, wrong ones reported with what is meant")
  func options() throws {
    let diagnostics = Diagnostics()
    let sampler = try #require(
      SamplerRegistry.decode(
        try SamplerProblems.tree("{gp: {startup_trials: 20}}"), diagnostics: diagnostics)
        as? GaussianProcessSampler)
    #expect(diagnostics.isEmpty && sampler.startupTrials == 20)
    #expect(
      SamplerProblems.of("{gp: {startup_trials: 1}}") == [
        "`startup_trials` of gp is 1, legal is 2 or more; "
      ])
    #expect(
      SamplerProblems.of("{gp: {kernel: matern}}") == [
        "unknown key `kernel` in gp; known keys: startup_trials"
      ])
  }
}
