import Checkpoints
import Configuration
import Datasets
import Networks
import Optimizers
import Options
import Testing

@testable import Training

@Suite("What a plan decides by a run's metrics")
struct MonitoringTests {
  private static func sums(loss: Double) -> LossSums {
    var sums = LossSums()
    sums.loss = loss
    sums.weight = 1
    sums.count = 1
    return sums
  }

  /// Feeds a step and a validation for each loss.
  private static func progress(
    _ plan: TrainingPlan, losses: [Double], isDue: Bool = true
  ) -> (progress: TrainingProgress, reductions: [RateReduction]) {
    var progress = TrainingProgress()
    var reductions: [RateReduction] = []
    for loss in losses {
      progress.add(LossSums())
      let reduction = plan.take(sums(loss: loss), of: .validation, isDue: isDue, into: &progress)
      if let reduction { reductions.append(reduction) }
    }
    return (progress, reductions)
  }

  private static func plan(
    _ rule: EarlyStopping? = nil, schedule: Schedule = Schedule()
  ) throws -> TrainingPlan {
    try smallPlan(
      optimizer: SGD(learningRate: 0.1), length: .steps(100), schedule: schedule,
      earlyStopping: rule, validates: true)
  }

  @Test(
    "is to stop after as many validations without improvement as there is patience",
    arguments: [
      ([3, 2, 1], 2, nil), ([3, 2, 2], 2, nil), ([3, 2, 2, 2], 2, 4), ([3, 2, 5, 1, 1], 2, nil),
      ([.nan, .nan], 2, 2), ([1, .nan], 1, 2), ([.nan, 1, .nan, .nan], 2, 4), ([1], 1, nil),
    ] as [([Double], Int, Int?)])
  func patience(losses: [Double], patience: Int, stop: Int?) throws {
    let plan = try Self.plan(EarlyStopping(patience: patience))
    let progress = Self.progress(plan, losses: losses).progress
    #expect(plan.earlyStop(progress)?.step == stop)
  }

  @Test("wants more than the minimum change, but keeps the best of all")
  func minimumChange() throws {
    let plan = try Self.plan(EarlyStopping(patience: 3, minimumChange: 0.5))
    let progress = Self.progress(plan, losses: [3, 2.75, 2.5, 2.625]).progress
    #expect(progress.stagnation.best == 3 && progress.stagnation.waited == 3)
    #expect(progress.bestStep == 3 && progress.bestValue == 2.5)
    #expect(
      plan.earlyStop(progress)?.description
        == "early stop after step 4: validation/loss did not improve on 3.000 (step 1) for 3 "
        + "validations")
    #expect(
      plan.restoredBest(progress)?.description
        == "parameters of step 3 restored: validation/loss 2.500")
  }

  @Test("restores nothing where the last step is the best, or where nobody asked for it")
  func nothingToRestore() throws {
    let restoring = try Self.plan(EarlyStopping())
    #expect(restoring.restoredBest(Self.progress(restoring, losses: [2, 1]).progress) == nil)
    #expect(restoring.restoredBest(Self.progress(restoring, losses: [.nan]).progress) == nil)
    for rule in [EarlyStopping(restoresBest: false), nil] {
      let plan = try Self.plan(rule)
      let progress = Self.progress(plan, losses: [1, 2]).progress
      #expect(plan.restoredBest(progress) == nil && !plan.keeps(progress))
    }
  }

  @Test("does not count the validation that ends a run out of turn, but lets it be the best")
  func outOfTurn() throws {
    let plan = try Self.plan(
      EarlyStopping(patience: 1), schedule: Schedule(ReduceOnPlateau(patience: 0)))
    let (progress, reductions) = Self.progress(plan, losses: [1, 2, 0.5], isDue: false)
    #expect(plan.earlyStop(progress) == nil && reductions.isEmpty)
    #expect(progress.stagnation == Stagnation() && progress.plateau == Plateau())
    #expect(progress.bestStep == 3)
  }

  @Test("reduces the learning rate of the steps that follow")
  func reduction() throws {
    let schedule = Schedule(ReduceOnPlateau(factor: 0.5, patience: 1))
    let plan = try Self.plan(schedule: schedule)
    let (progress, reductions) = Self.progress(plan, losses: [1, 1, 1, 0.5])
    #expect(
      reductions.map(\.description) == [
        "learning rate 0.1 reduced to 0.05 after step 3: validation/loss did not improve on 1.000"
      ])
    #expect(plan.learningRate(step: 4, reductions: progress.plateau.reductions) == 0.05)
    #expect(plan.learningRate(step: 4) == 0.1)
  }

  @Test("counts no validation within a warm-up")
  func warmup() throws {
    let schedule = Schedule(ReduceOnPlateau(patience: 0), warmup: Warmup(.steps(3)))
    let plan = try Self.plan(schedule: schedule)
    // The validation after the warm-up's last step is the first to count.
    #expect(Self.progress(plan, losses: [1, 9, 9]).progress.plateau.best == 9)
    #expect(Self.progress(plan, losses: [1, 9]).progress.plateau == Plateau())
  }

  @Test("is not moved by metrics of another part")
  func parts() throws {
    let plan = try Self.plan(EarlyStopping(monitor: Monitor(.trainLoss), patience: 1))
    let progress = Self.progress(plan, losses: [1, 2, 3]).progress
    #expect(progress.stagnation == Stagnation() && progress.bestStep == nil)
  }

  @Test("says which checkpoints are kept")
  func retention() throws {
    let plain = try smallPlan().retention
    #expect(plain.monitor == "validation/accuracy" && plain.direction == .maximize)
    let plan = try smallPlan(
      earlyStopping: EarlyStopping(monitor: Monitor(.validationLoss)), validates: true)
    #expect(plan.retention.monitor == "validation/loss" && plan.retention.direction == .minimize)
    #expect(plan.retention.keepBest == 1)
  }

  @Test(
    "refuses monitors that nothing measures",
    arguments: [
      (
        RunMetric.validationLoss, false,
        "train.early_stopping monitors validation/loss, but the data has no validation part"
      ),
      (
        RunMetric(.validation, .rmse), true,
        "train.early_stopping monitors validation/rmse, which is not measured with the loss "
          + "cross_entropy"
      ), (.trainLoss, false, nil), (.validationAccuracy, true, nil),
    ] as [(RunMetric, Bool, String?)])
  func refusals(metric: RunMetric, validates: Bool, message: String?) throws {
    var problems: [String] = []
    do {
      _ = try smallPlan(
        earlyStopping: EarlyStopping(monitor: Monitor(metric)), validates: validates)
    } catch let error as OptionsError { problems = error.problems.map(\.message) }
    #expect(problems == (message.map { [$0] } ?? []))
  }

  @Test("refuses all of them at once, and a warm-up longer than the run")
  func allAtOnce() {
    let error = #expect(throws: OptionsError.self) {
      try smallPlan(
        schedule: Schedule(ReduceOnPlateau(), warmup: Warmup(.epochs(3))),
        earlyStopping: EarlyStopping())
    }
    #expect(error?.problems.count == 3)
    #expect(error?.problems.first?.message.contains("takes 9 steps, the whole run has 6") == true)
  }
}
