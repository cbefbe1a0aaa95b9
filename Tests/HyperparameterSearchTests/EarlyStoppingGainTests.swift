import TestSupport
import Testing

@testable import HyperparameterSearch

@Suite("What early stopping of trials gains")
struct EarlyStoppingGainTests {
  /// What a scheduler spends on 81 random trials, as a share of training them all, and how much worse the value is that
  /// it finds, as a share of the way from the median trial to the best one; means over studies.
  private func gain(_ scheduler: any Scheduler, studies: Int = 30) -> (spent: Double, loss: Double)
  {
    var (spent, loss) = (0.0, 0.0)
    for seed in 0..<studies {
      let curves = LearningCurves(seed: UInt64(seed))
      let outcome = { (scheduler: any Scheduler) in
        var engine = StudyEngine(
          StudyState(
            space: LearningCurves.space, direction: .minimize, seed: UInt64(seed), fullBudget: 81,
            trialLimit: 81),
          sampler: RandomSampler(), scheduler: scheduler, concurrency: 4)
        var cluster = RealCluster(groups: 4)
        return cluster.run(&engine, curves)
      }
      let (all, some) = (outcome(FullTraining()), outcome(scheduler))
      let value = { (outcome: RealCluster.Outcome) in
        outcome.best.flatMap { outcome.trials[$0].value } ?? .infinity
      }
      let median = MedianStopping.median(of: all.trials.compactMap(\.value))
      spent += Double(some.spent) / Double(all.spent)
      loss += (value(some) - value(all)) / (median - value(all))
    }
    return (spent / Double(studies), loss / Double(studies))
  }

  @Test("asha finds almost the best of 81 trials with a fraction of their training")
  func asha() {
    let (spent, loss) = gain(AsynchronousHalving())
    print("ASHA", spent, loss)
    #expect(spent > 0.03 && spent < 0.12, "\(spent)")
    #expect(loss >= 0 && loss < 0.1, "\(loss)")
  }

  @Test("the other schedulers spend what their brackets or medians let them")
  func others() {
    let halving = gain(SuccessiveHalving())
    print("SH", halving)
    print("HB", gain(Hyperband()))
    print("MED", gain(MedianStopping()))
  }

  @Test func utilisation() {
    for equal in [true, false] {
      for concurrency in [4, 8] {
        for groups in [2, 4] {
          var sum = 0.0
          for seed in 0..<10 {
            let curves = LearningCurves(seed: UInt64(seed))
            var engine = StudyEngine(
              StudyState(
                space: LearningCurves.space, direction: .minimize, seed: UInt64(seed),
                fullBudget: 27, trialLimit: 81),
              sampler: RandomSampler(), scheduler: AsynchronousHalving(), concurrency: concurrency)
            var cluster = RealCluster(groups: groups, order: .first, seed: UInt64(seed))
            var draw = Random(seed: UInt64(seed))
            let speeds = (0..<81).map { _ in 0.5 + 1.5 * draw.unit() }
            cluster.duration = { job, random in
              equal ? Double(job.end - job.start) : Double(job.end - job.start) * speeds[job.trial]
            }
            _ = cluster.run(&engine, curves)
            sum += cluster.busy / (cluster.end * Double(groups))
          }
          print("UTIL equal", equal, "concurrency", concurrency, "groups", groups, sum / 10)
        }
      }
    }
  }
}
