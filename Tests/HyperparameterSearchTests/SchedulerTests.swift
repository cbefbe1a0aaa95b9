import TestSupport
import Testing

@testable import HyperparameterSearch

@Suite("Schedulers, on studies worked out by hand")
struct SchedulerTests {
  /// A study on one group that takes jobs in their order.
  ///
  /// - Parameters:
  ///   - scheduler: the scheduler.
  ///   - workers: the concurrency.
  ///   - fullBudget: the full budget.
  ///   - trials: how many trials.
  ///   - direction: which values are better.
  ///   - value: the value of a trial at a budget; nil where the trial fails before it.
  /// - Returns: its jobs, as `trial: start-end @due`; after each job whom it gave up; and the engine at its end.
  private func play(
    _ scheduler: any Scheduler, workers: Int, fullBudget: Int, trials: Int,
    direction: Direction = .minimize, _ value: (Int, Int) -> Double?
  ) -> (jobs: [String], prunings: [[Int]], engine: StudyEngine) {
    let state = StudyState(
      space: LearningCurves.space, direction: direction, seed: 1, fullBudget: fullBudget,
      trialLimit: trials)
    var engine = StudyEngine(
      state, sampler: RandomSampler(), scheduler: scheduler, concurrency: workers)
    var jobs: [Job] = []
    var prunings: [[Int]] = []
    var pruned: Set<Int> = []
    while !engine.isFinished {
      jobs += engine.takeJobs()
      // Results come in logical order, so that it can be seen which one gives a trial up.
      let inOrder = jobs.sorted { ($0.due, $0.number) < ($1.due, $1.number) }
      let job = inOrder[prunings.count]
      let reports = (job.start + 1...job.end).compactMap { budget in
        value(job.trial, budget).map { Report(budget: budget, value: $0) }
      }
      engine.finish(
        job.number,
        reports.last?.budget == job.end ? .trained(reports) : .failed(reports, reason: "made up"))
      let now = Set(engine.study.trials.filter { $0.state == .pruned }.map(\.number))
      prunings.append(now.subtracting(pruned).sorted())
      pruned = now
    }
    return (jobs.map { "\($0.trial): \($0.start)-\($0.end) @\($0.due)" }, prunings, engine)
  }

  private static let fallingTo = [5.0, 3, 4, 1, 6, 2, 9, 8, 7]

  @Test(
    "asha promotes the best third so far, highest rung first, and begins a trial where none waits")
  func asha() {
    let study = play(AsynchronousHalving(), workers: 1, fullBudget: 9, trials: 9) { trial, _ in
      Self.fallingTo[trial]
    }
    #expect(
      study.jobs == [
        "0: 0-1 @1", "1: 0-1 @2", "2: 0-1 @3", "1: 1-3 @5", "3: 0-1 @6", "3: 1-3 @8", "4: 0-1 @9",
        "5: 0-1 @10", "5: 1-3 @12", "3: 3-9 @18", "6: 0-1 @19", "7: 0-1 @20", "8: 0-1 @21",
      ])
    #expect(study.engine.study.best?.number == 3)
    // Of nine trials three leave rung 1, so the fourth best there never will: 0 once 3 is known, 2 and 4 once 5 is.
    // Of the three that came to rung 3 and the three that may still come two leave it: 1 does not. With one trial less
    // to come it is one: 5 does not.
    #expect(
      study.prunings == [[], [], [], [], [0], [], [4], [2], [1], [], [5, 6], [7], [8]])
    let reversed = play(
      AsynchronousHalving(), workers: 1, fullBudget: 9, trials: 9, direction: .maximize
    ) { trial, _ in -Self.fallingTo[trial] }
    #expect(reversed.jobs == study.jobs)
  }

  @Test("asha on two workers never waits for the other one")
  func ashaOfTwo() {
    let study = play(
      AsynchronousHalving(HalvingOptions(reduction: 2)), workers: 2, fullBudget: 4, trials: 4
    ) { trial, _ in [4, 1, 3, 2][trial] }
    #expect(
      study.jobs == [
        "0: 0-1 @1", "1: 0-1 @1", "2: 0-1 @2", "1: 1-2 @2", "3: 0-1 @3", "3: 1-2 @4", "1: 2-4 @6",
      ])
  }

  @Test("a halved bracket waits for all of its trials, and the next one begins meanwhile")
  func successiveHalving() {
    let halving = SuccessiveHalving(HalvingOptions(reduction: 2))
    let values = [4.0, 1, 3, 2, 6, 5]
    let study = play(halving, workers: 2, fullBudget: 4, trials: 6) { trial, _ in values[trial] }
    #expect(
      study.jobs == [
        "0: 0-1 @1", "1: 0-1 @1", "2: 0-1 @2", "3: 0-1 @2", "4: 0-1 @3", "1: 1-2 @3", "3: 1-2 @4",
        "5: 0-1 @4", "1: 2-4 @6", "5: 1-2 @5",
      ])
    // Trial 3 is kept until another one is complete, since it would be the next one then.
    #expect(study.prunings == [[], [], [0], [2], [], [], [], [4], [5], [3]])
    #expect(study.engine.study.best?.number == 1)
  }

  @Test("a trial that fails takes no place from the others of its bracket")
  func failingInBracket() {
    let halving = SuccessiveHalving(HalvingOptions(reduction: 2))
    let study = play(halving, workers: 4, fullBudget: 4, trials: 4) { trial, budget in
      switch trial {
      case 1: budget < 2 ? 1 : nil
      case 3: nil
      default: Double(10 - trial)
      }
    }
    #expect(
      study.jobs == [
        "0: 0-1 @1", "1: 0-1 @1", "2: 0-1 @1", "3: 0-1 @1", "1: 1-2 @2", "2: 1-2 @2", "2: 2-4 @4",
      ])
    #expect(
      study.engine.study.trials.map(\.state) == [
        .pruned, .failed("made up"), .completed, .failed("made up"),
      ])
  }

  @Test("where the scheduler brings no trial to the end, the most promising one is trained")
  func lastResort() {
    let study = play(AsynchronousHalving(), workers: 3, fullBudget: 9, trials: 2) { trial, _ in
      Double(trial)
    }
    #expect(study.jobs == ["0: 0-1 @1", "1: 0-1 @1", "0: 1-9 @9"])
    #expect(study.engine.study.trials.map(\.state) == [.completed, .pruned])
    let failing = play(AsynchronousHalving(), workers: 3, fullBudget: 9, trials: 2) {
      trial, budget in trial == 0 && budget > 4 ? nil : Double(trial)
    }
    #expect(failing.jobs == ["0: 0-1 @1", "1: 0-1 @1", "0: 1-9 @9", "1: 1-9 @17"])
    #expect(failing.engine.study.best?.number == 1)
  }

  @Test("hyperband has the paper's brackets")
  func hyperband() {
    let sizes = { (budget: Int) in Hyperband().shapes(fullBudget: budget).map(\.size) }
    #expect(sizes(81) == [81, 34, 15, 8, 5])
    #expect(
      Hyperband().shapes(fullBudget: 27) == [
        BracketShape(size: 27, budgets: [1, 3, 9, 27]),
        BracketShape(size: 12, budgets: [3, 9, 27]),
        BracketShape(size: 6, budgets: [9, 27]), BracketShape(size: 4, budgets: [27]),
      ])
    #expect(Hyperband().shapes(fullBudget: 10)[0].budgets == [1, 3, 10])
    #expect(
      Hyperband(HalvingOptions(reduction: 4, smallestBudget: 2)).shapes(fullBudget: 32) == [
        BracketShape(size: 16, budgets: [2, 8, 32]), BracketShape(size: 6, budgets: [8, 32]),
        BracketShape(size: 3, budgets: [32]),
      ])
    #expect(sizes(1) == [1])
    let state = StudyState(
      space: LearningCurves.space, direction: .minimize, seed: 1, fullBudget: 27, trialLimit: 60)
    let first = (0..<60).map { Hyperband().firstBudget(ofTrial: $0, in: state) }
    let cycle = [(27, 1), (12, 3), (6, 9), (4, 27), (11, 1)]
    #expect(first == cycle.flatMap { Array(repeating: $1, count: $0) })
  }

  @Test("hyperband's budgets grow whatever the full budget is")
  func hyperbandBudgets() {
    for budget in 1...500 {
      for reduction in 2...5 {
        for smallest in 1...min(budget, 9) {
          let options = HalvingOptions(reduction: reduction, smallestBudget: smallest)
          for shape in Hyperband(options).shapes(fullBudget: budget) {
            #expect(zip(shape.budgets, shape.budgets.dropFirst()).allSatisfy { $0 < $1 })
            #expect(shape.budgets.last == budget && shape.budgets[0] >= smallest)
          }
        }
      }
    }
  }

  @Test("rungs grow by the reduction, and the highest one is the full budget")
  func rungs() {
    #expect(HalvingOptions().budgets(upTo: 20) == [1, 3, 9, 20])
    #expect(HalvingOptions().budgets(upTo: 27) == [1, 3, 9, 27])
    #expect(HalvingOptions(reduction: 4, smallestBudget: 5).budgets(upTo: 80) == [5, 20, 80])
    #expect(HalvingOptions(smallestBudget: 7).budgets(upTo: 7) == [7])
    #expect(HalvingOptions().budgets(upTo: .max).last == .max)
  }

  @Test("the median of complete trials at its budget ends a trial whose best value is worse")
  func median() {
    let values: [[Double]] = [
      [4, 3, 2, 1], [8, 6, 4, 2], [7, 0, 0, 0], [5, 5.5, 0, 0], [6, 4.4, 9, 0], [6, 9, 4, 3],
    ]
    let study = play(MedianStopping(startupTrials: 2), workers: 1, fullBudget: 4, trials: 5) {
      trial, budget in values[trial][budget - 1]
    }
    #expect(
      study.jobs == [
        "0: 0-1 @1", "0: 1-2 @2", "0: 2-3 @3", "0: 3-4 @4", "1: 0-1 @5", "1: 1-2 @6", "1: 2-3 @7",
        "1: 3-4 @8", "2: 0-1 @9", "3: 0-1 @10", "3: 1-2 @11", "4: 0-1 @12", "4: 1-2 @13",
        "4: 2-3 @14",
      ])
    #expect(
      study.engine.study.trials.map(\.state) == [.completed, .completed, .pruned, .pruned, .pruned])
    #expect(MedianStopping.median(of: [3, 1, 2]) == 2)
    #expect(MedianStopping.median(of: [4, 1, 2, 3]) == 2.5)
  }

  @Test("the median rule looks from the warm-up on, at intervals, and never after the end")
  func looks() {
    let jobs = { (warmup: Int, interval: Int) in
      play(
        MedianStopping(warmup: warmup, interval: interval), workers: 1, fullBudget: 8, trials: 1
      ) { _, _ in 1 }.jobs.map { $0.split(separator: " ")[1] }
    }
    #expect(jobs(3, 2) == ["0-3", "3-5", "5-7", "7-8"])
    #expect(jobs(0, 3) == ["0-3", "3-6", "6-8"])
    #expect(jobs(8, 1) == ["0-8"])
    #expect(jobs(0, 8) == ["0-8"])
  }

  @Test("no more trials wait at a rung of asha than could ever leave it")
  func boundOfWaiting() {
    var random = Random(seed: 11)
    for _ in 0..<20 {
      let trials = 20 + random.below(100)
      let state = StudyState(
        space: LearningCurves.space, direction: .minimize, seed: random.next(), fullBudget: 27,
        trialLimit: trials)
      let curves = LearningCurves(seed: random.next())
      var engine = StudyEngine(
        state, sampler: RandomSampler(), scheduler: AsynchronousHalving(), concurrency: 4)
      var jobs: [Job] = []
      while !engine.isFinished {
        jobs += engine.takeJobs()
        let job = jobs.removeFirst()
        engine.finish(
          job.number, curves.result(of: job, engine.study.trials[job.trial].assignment))
        for budget in [1, 3, 9] {
          let waiting = engine.study.trials.count { $0.state == .paused && $0.budget == budget }
          #expect(waiting <= trials / 3)
        }
      }
    }
  }
}
