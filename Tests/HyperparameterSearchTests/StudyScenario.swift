import TestSupport

@testable import HyperparameterSearch

/// A study of a made-up task, drawn at random.
struct StudyScenario: CustomStringConvertible {
  var sampler: any Sampler
  var scheduler: any Scheduler
  var state: StudyState
  var concurrency: Int
  var curves: LearningCurves

  /// Draws a study for a scheduler.
  ///
  /// - Parameters:
  ///   - kind: the scheduler.
  ///   - random: what is drawn from.
  init(_ kind: String, _ random: inout Random) {
    let halving = HalvingOptions(
      reduction: 2 + random.below(3), smallestBudget: 1 + random.below(3))
    let fullBudget = 3 + random.below(25)
    let median = MedianStopping(
      startupTrials: 1 + random.below(6), warmup: random.below(fullBudget),
      interval: 1 + random.below(4))
    switch kind {
    case "median": scheduler = median
    case "successive_halving":
      scheduler = SuccessiveHalving(
        halving, bracket: random.below(2) == 0 ? nil : 4 + random.below(30))
    case "asha": scheduler = AsynchronousHalving(halving)
    case "hyperband": scheduler = Hyperband(halving)
    default: scheduler = FullTraining()
    }
    switch random.below(4) {
    case 0: sampler = RandomSampler()
    case 1: sampler = LimitedSampler(trials: 1 + random.below(30))
    case 2: sampler = TreeParzenSampler(startupTrials: 4)
    default: sampler = NearTheBest()
    }
    state = StudyState(
      space: LearningCurves.space, direction: random.below(2) == 0 ? .minimize : .maximize,
      seed: random.next(), fullBudget: fullBudget, trialLimit: 1 + random.below(40))
    concurrency = 1 + random.below(9)
    curves = LearningCurves(
      seed: random.next(), failures: [0, 0, 10, 40, 100][random.below(5)],
      endings: [0, 0, 20, 100][random.below(4)], fullBudget: fullBudget)
  }

  /// All kinds of schedulers.
  static let kinds = ["none", "median", "successive_halving", "asha", "hyperband"]

  /// The engine at the study's beginning.
  var engine: StudyEngine {
    StudyEngine(state, sampler: sampler, scheduler: scheduler, concurrency: concurrency)
  }

  /// What it comes to on a cluster of one group that takes jobs in their order.
  var outcome: RealCluster.Outcome {
    var engine = engine
    var cluster = RealCluster(groups: 1)
    return cluster.run(&engine, curves)
  }

  var description: String {
    "\(type(of: sampler).kind), \(scheduler), \(state.trialLimit) trials of \(state.fullBudget), "
      + "concurrency \(concurrency), \(curves)"
  }
}
