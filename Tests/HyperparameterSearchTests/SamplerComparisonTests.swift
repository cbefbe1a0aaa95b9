import Testing

@testable import HyperparameterSearch

/// Samplers against each other through the engine of studies: the mean over 20 seeds of what the best trial misses.
///
/// Studies are deterministic, so each number is the same in every run.
@Suite("Samplers compared")
struct SamplerComparisonTests {
  private static let seeds: Range<UInt64> = 0..<20

  private func regret(
    _ sampler: any Sampler, _ objective: SyntheticObjective, trials: Int, concurrency: Int = 1
  ) -> Double {
    objective.regret(
      sampler, trials: [trials], seeds: Self.seeds, concurrency: concurrency)[0]
  }

  @Test("Sobol points come closer than random ones", arguments: SyntheticObjective.all)
  func sobol(objective: SyntheticObjective) {
    #expect(
      regret(SobolSampler(), objective, trials: 60)
        < regret(
          RandomSampler(), objective, trials: 60))
  }

  @Test(
    "TPE misses less than two thirds of what random search does, also with four trials at once",
    arguments: SyntheticObjective.all, [1, 4])
  func tpe(objective: SyntheticObjective, concurrency: Int) {
    #expect(
      regret(TreeParzenSampler(), objective, trials: 40, concurrency: concurrency)
        < 2 / 3 * regret(RandomSampler(), objective, trials: 40))
  }

  @Test(
    "GP misses less than half of what random search does, also with four trials at once",
    arguments: [1, 4])
  func gaussianProcess(concurrency: Int) {
    let objective = SyntheticObjective.branin
    #expect(
      regret(GaussianProcessSampler(), objective, trials: 20, concurrency: concurrency)
        < 0.5 * regret(RandomSampler(), objective, trials: 20))
  }

  @Test("GP misses less than two thirds of what random search does in a mixed space")
  func mixedGaussianProcess() {
    let objective = SyntheticObjective.training
    #expect(
      regret(GaussianProcessSampler(), objective, trials: 24)
        < 2 / 3 * regret(RandomSampler(), objective, trials: 24))
  }
}

extension SyntheticObjective: CustomTestStringConvertible {
  var testDescription: String { name }
}
