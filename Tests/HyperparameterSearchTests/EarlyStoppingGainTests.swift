import TestSupport
import Testing

@testable import HyperparameterSearch

@Suite("What dealing the budget gains, on made-up learning curves")
struct EarlyStoppingGainTests {
  /// What a study comes to.
  ///
  /// - Parameters:
  ///   - scheduler: deals the budget.
  ///   - fullBudget: the full budget.
  ///   - seed: what trials and curves are drawn from.
  ///   - concurrency: workers.
  ///   - cluster: what it runs on.
  /// - Returns: the outcome.
  private func outcome(
    _ scheduler: any Scheduler, fullBudget: Int, seed: Int, concurrency: Int = 4,
    on cluster: inout RealCluster
  ) -> RealCluster.Outcome {
    var engine = StudyEngine(
      StudyState(
        space: LearningCurves.space, direction: .minimize, seed: UInt64(seed),
        fullBudget: fullBudget, trialLimit: 81),
      sampler: RandomSampler(), scheduler: scheduler, concurrency: concurrency)
    return cluster.run(&engine, LearningCurves(seed: UInt64(seed)))
  }

  /// Intervals that hold what a scheduler spends on 81 trials, as a share of training them all, and how much worse the
  /// best value is that it finds, as a share of the way from the best trial to the median one.
  struct Gain: Sendable {
    let scheduler: any Scheduler
    let spent: ClosedRange<Double>
    let loss: ClosedRange<Double>
  }

  // Halving costs 81 + 27·2 + 9·6 + 3·18 + 54 units of 81·81, which is 0.045; asha promotes more.
  @Test(
    "a study finds almost the best trial with a fraction of the training",
    arguments: [
      Gain(scheduler: AsynchronousHalving(), spent: 0.045...0.08, loss: 0...0.15),
      Gain(scheduler: SuccessiveHalving(), spent: 0.045...0.0455, loss: 0...0.15),
      Gain(scheduler: MedianStopping(), spent: 0.1...0.4, loss: 0...0.1),
    ])
  func gain(expected: Gain) {
    let studies = 10
    var (spent, loss) = (0.0, 0.0)
    for seed in 0..<studies {
      var cluster = RealCluster(groups: 4)
      let all = outcome(FullTraining(), fullBudget: 81, seed: seed, on: &cluster)
      let some = outcome(expected.scheduler, fullBudget: 81, seed: seed, on: &cluster)
      let value = { (outcome: RealCluster.Outcome) in
        outcome.best.flatMap { outcome.trials[$0].value } ?? .infinity
      }
      let median = MedianStopping.median(of: all.trials.compactMap(\.value))
      spent += Double(some.spent) / Double(all.spent)
      loss += (value(some) - value(all)) / (median - value(all))
    }
    #expect(expected.spent.contains(spent / Double(studies)), "\(spent / Double(studies))")
    #expect(expected.loss.contains(loss / Double(studies)), "\(loss / Double(studies))")
  }

  @Test(
    "groups seldom wait for each other where there are twice as many workers as groups",
    arguments: [2, 4], [false, true])
  func use(groups: Int, isEven: Bool) {
    var share = 0.0
    for seed in 0..<5 {
      var random = Random(seed: UInt64(seed))
      // A trial may take four times as long as another.
      let paces = (0..<81).map { _ in isEven ? 1 : 0.5 + 1.5 * random.unit() }
      var cluster = RealCluster(groups: groups)
      cluster.duration = { job, _ in Double(job.end - job.start) * paces[job.trial] }
      _ = outcome(
        AsynchronousHalving(), fullBudget: 27, seed: seed, concurrency: 2 * groups, on: &cluster)
      share += cluster.busy / (cluster.end * Double(groups)) / 5
    }
    // The last trial is trained to its end alone.
    #expect(share > 0.8 && share <= 1, "\(share)")
  }
}
