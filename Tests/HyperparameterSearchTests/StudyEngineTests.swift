import TestSupport
import Testing

@testable import HyperparameterSearch

@Suite("A study")
struct StudyEngineTests {
  private static let count = 30

  /// Walks through random studies of a scheduler.
  private func withScenarios(
    _ kind: String, seed: UInt64, _ body: (StudyScenario, inout Random) throws -> Void
  ) rethrows {
    var random = Random(seed: seed)
    for _ in 0..<Self.count {
      let scenario = StudyScenario(kind, &random)
      try body(scenario, &random)
    }
  }

  @Test(
    "comes to the same jobs, trials, values and winner whatever groups compute it, in whatever order",
    arguments: StudyScenario.kinds)
  func anyCluster(kind: String) {
    withScenarios(kind, seed: 1) { scenario, random in
      let expected = scenario.outcome
      for groups in [1, 2, 3, 4, 7] {
        for order in RealCluster.Order.allCases {
          var cluster = RealCluster(groups: groups, order: order, seed: random.next())
          cluster.duration = { job, random in random.unit() * Double(job.end - job.start) }
          var engine = scenario.engine
          var outcome = cluster.run(&engine, scenario.curves)
          #expect(engine.isFinished)
          outcome.mostPaused = expected.mostPaused
          #expect(outcome == expected, "\(groups) groups, \(order), \(scenario)")
        }
      }
    }
  }

  @Test(
    "that died anywhere comes to the same when it is played again with what is known",
    arguments: StudyScenario.kinds)
  func crashes(kind: String) {
    withScenarios(kind, seed: 2) { scenario, random in
      let expected = scenario.outcome
      var dead = scenario.engine
      var first = RealCluster(groups: 1 + random.below(4), order: .random, seed: random.next())
      first.duration = { _, random in random.unit() }
      let limit = random.below(expected.jobs.count + 1)
      let before = first.run(&dead, scenario.curves, limit: limit)
      #expect(before.results.count == limit)
      var engine = scenario.engine
      var second = RealCluster(groups: 1 + random.below(4), order: .random, seed: random.next())
      var outcome = second.run(&engine, scenario.curves, known: before.known)
      outcome.mostPaused = expected.mostPaused
      #expect(outcome == expected, "after \(limit) results, \(scenario)")
    }
  }

  @Test(
    "begins all its trials, ends each of them, and has a winner if any trial did not fail",
    arguments: StudyScenario.kinds)
  func complete(kind: String) {
    withScenarios(kind, seed: 3) { scenario, _ in
      let outcome = scenario.outcome
      let limit = min(
        scenario.state.trialLimit, scenario.sampler.limit(in: scenario.state.space) ?? .max)
      #expect(outcome.trials.map(\.number) == Array(0..<limit), "\(scenario)")
      #expect(outcome.trials.allSatisfy { $0.state.isOver }, "\(scenario)")
      let someLive = outcome.trials.contains { trial in
        if case .failed = trial.state { false } else { true }
      }
      #expect((outcome.best != nil) == someLive, "\(scenario)")
      for trial in outcome.trials {
        #expect(trial.assignment.count == 2)
        let parts = outcome.jobs.filter { $0.trial == trial.number }
        #expect(parts.first?.start == 0)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.end == $1.start }, "\(scenario)")
      }
    }
  }

  @Test(
    "never has more jobs under way in its logical time than it has workers",
    arguments: StudyScenario.kinds)
  func concurrency(kind: String) {
    withScenarios(kind, seed: 4) { scenario, _ in
      guard scenario.sampler.learns || scenario.scheduler.reacts else { return }
      let jobs = scenario.outcome.jobs
      for time in Set(jobs.map { $0.due - ($0.end - $0.start) }) {
        let underWay = jobs.count { $0.due - ($0.end - $0.start) <= time && time < $0.due }
        #expect(underWay <= scenario.concurrency, "at \(time), \(scenario)")
      }
    }
  }

  @Test(
    "gives up no trial that would be promoted: keeping all of them changes nothing",
    arguments: StudyScenario.kinds)
  func hopelessTrials(kind: String) {
    withScenarios(kind, seed: 5) { scenario, _ in
      var keeping = scenario
      keeping.scheduler = KeepingAll(scenario.scheduler)
      // The sampler looks at values, and so does not see which trials were given up.
      let (one, other) = (scenario.outcome, keeping.outcome)
      #expect(one.jobs == other.jobs && one.trials == other.trials, "\(scenario)")
      #expect(one.mostPaused <= other.mostPaused)
    }
  }

  @Test("with more trials is one begun with more: all until its last trial began is known already")
  func growth() {
    for kind in StudyScenario.kinds {
      withScenarios(kind, seed: 6) { scenario, random in
        // What brackets promote depends on how many trials they will have.
        guard !(scenario.scheduler is any BracketScheduler) else { return }
        let small = scenario.outcome
        var large = scenario
        large.state = StudyState(
          space: scenario.state.space, direction: scenario.state.direction,
          seed: scenario.state.seed, fullBudget: scenario.state.fullBudget,
          trialLimit: scenario.state.trialLimit + 1 + random.below(20))
        let fresh = large.outcome
        var engine = large.engine
        var cluster = RealCluster(groups: 3, seed: random.next())
        let grown = cluster.run(&engine, large.curves, known: small.known)
        // A result of a job that began earlier holds values that were known.
        #expect(grown.jobs == fresh.jobs && grown.trials == fresh.trials, "\(scenario)")
        let lastBeginning = small.jobs.lastIndex { $0.start == 0 } ?? 0
        #expect(small.jobs[...lastBeginning] == fresh.jobs[...lastBeginning], "\(scenario)")
      }
    }
  }

  @Test("with more trials trains again nothing of the brackets that were full")
  func growthOfBrackets() {
    for kind in ["successive_halving", "hyperband"] {
      withScenarios(kind, seed: 7) { scenario, random in
        let small = scenario.outcome
        var large = scenario
        large.state = StudyState(
          space: scenario.state.space, direction: scenario.state.direction,
          seed: scenario.state.seed, fullBudget: scenario.state.fullBudget,
          trialLimit: scenario.state.trialLimit + 1 + random.below(20))
        // A sampler that learns may choose otherwise, and where all fail the end of the study tries more trials.
        guard !scenario.sampler.learns, scenario.curves.failures == 0,
          let scheduler = scenario.scheduler as? any BracketScheduler
        else { return }
        large.sampler = RandomSampler()
        let fresh = large.outcome
        let shapes = scheduler.shapes(fullBudget: scenario.state.fullBudget)
        var full = 0
        var place = 0
        while full + shapes[place % shapes.count].size <= small.trials.count {
          full += shapes[place % shapes.count].size
          place += 1
        }
        let parts = Set(fresh.jobs.map(PartOfTrial.init))
        for job in small.jobs.dropLast() where job.trial < full || job.start == 0 {
          #expect(parts.contains(PartOfTrial(job)), "\(job), \(scenario)")
        }
      }
    }
  }

  @Test("without anything that learns begins all trials at once")
  func independentTrials() {
    let state = StudyState(
      space: LearningCurves.space, direction: .minimize, seed: 1, fullBudget: 5, trialLimit: 1000)
    var engine = StudyEngine(
      state, sampler: LimitedSampler(trials: 700), scheduler: FullTraining(), concurrency: 2)
    #expect(engine.study.trialLimit == 700)
    let jobs = engine.takeJobs()
    #expect(jobs.map(\.trial) == Array(0..<700))
    #expect(jobs.allSatisfy { $0.start == 0 && $0.end == 5 && $0.due == 5 })
    #expect(engine.takeJobs().isEmpty && !engine.isFinished)
  }

  @Test("takes a value that is no number for the worst one")
  func notANumber() {
    var state = StudyState(
      space: LearningCurves.space, direction: .maximize, seed: 1, fullBudget: 1, trialLimit: 3)
    state.trials = [Double.nan, 1, 2].enumerated().map { number, value in
      Trial(
        number: number, assignment: [nil, nil], state: .completed,
        reports: [Report(budget: 1, value: value)])
    }
    #expect(state.best?.number == 2)
    state.trials.removeLast(2)
    #expect(state.best?.number == 0)
  }
}
