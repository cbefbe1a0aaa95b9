/// Decides what a study does next, and when.
///
/// A study runs on a cluster that does not exist: `concurrency` workers, for which a job of so many units of budget
/// takes so many ticks of logical time. Every decision is taken at a tick, by what is known at that tick there, in the
/// order of jobs. The real groups of ranks compute the results that those decisions need; how many groups there are
/// and how fast they are decides only how long it takes. So the trials, their budgets and the winner are a function of
/// the configuration alone, and a study that died is gone on with by playing it again: results that are known are
/// given at once.
///
/// Where nothing depends on results the cluster has a worker for every trial.
package struct StudyEngine: Sendable {
  private let sampler: any Sampler
  private let scheduler: any Scheduler
  /// What is known at the logical time that has been reached.
  package private(set) var study: StudyState
  /// Jobs whose results are not known yet at that time, by ``Job/due`` and number.
  private var pending: [Job] = []
  /// Results that are known before their time, by the number of the job.
  private var results: [Int: JobResult] = [:]
  private var idleWorkers: Int
  private var jobCount = 0
  private var now = 0
  private let trialLimit: Int
  /// Jobs that have begun since ``takeJobs()`` was called.
  private var begun: [Job] = []

  /// Begins a study.
  ///
  /// - Parameters:
  ///   - study: the study, without trials.
  ///   - sampler: chooses values.
  ///   - scheduler: deals the budget.
  ///   - concurrency: workers of the imagined cluster, at least 1.
  package init(
    _ study: StudyState, sampler: any Sampler, scheduler: any Scheduler, concurrency: Int
  ) {
    precondition(concurrency >= 1, "a study with \(concurrency) workers")
    precondition(study.trials.isEmpty, "the study has trials already")
    self.study = study
    self.sampler = sampler
    self.scheduler = scheduler
    trialLimit = min(study.trialLimit, sampler.limit(in: study.space) ?? .max)
    idleWorkers = sampler.learns || scheduler.reacts ? concurrency : max(trialLimit, 1)
    fill()
  }

  /// The jobs that have begun since this was last called, in the order in which their results are needed.
  package mutating func takeJobs() -> [Job] {
    defer { begun = [] }
    return begun
  }

  /// Whether everything is done.
  package var isFinished: Bool { pending.isEmpty }

  /// Whether a paused trial may still go on.
  package func mayBePromoted(_ trial: Trial) -> Bool {
    scheduler.mayBePromoted(trial, in: study)
  }

  /// Takes the result of a job, and as many decisions as can be taken then.
  ///
  /// - Precondition: the job has begun and had no result; a result other than a failure ends with a report, at the
  ///   job's end where it was trained to there.
  package mutating func finish(_ number: Int, _ result: JobResult) {
    precondition(
      pending.contains { $0.number == number } && results[number] == nil,
      "job \(number) is not under way")
    results[number] = result
    while let job = pending.first, let result = results.removeValue(forKey: job.number) {
      pending.removeFirst()
      now = job.due
      let goesOn = settle(job, result)
      if !goesOn { idleWorkers += 1 }
      fill()
    }
    if pending.isEmpty { close() }
  }

  /// Makes a result known; returns whether the trial goes on at once.
  private mutating func settle(_ job: Job, _ result: JobResult) -> Bool {
    let trial = job.trial
    switch result {
    case .trained(let reports):
      precondition(reports.last?.budget == job.end, "job \(job.number) has no report of its end")
      study.trials[trial].reports += reports
      if job.end == study.fullBudget {
        study.trials[trial].state = .completed
        return false
      }
      // Whoever decides sees a trial that waits for the decision.
      study.trials[trial].state = .paused
      switch scheduler.decide(study.trials[trial], in: study) {
      case .goOn(let budget):
        begin(trial, to: budget)
        return true
      case .pause: break
      case .prune: study.trials[trial].state = .pruned
      }
    case .ended(let reports):
      study.trials[trial].reports += reports
      study.trials[trial].state = .completed
    case .failed(let reports, let reason):
      study.trials[trial].reports += reports
      study.trials[trial].state = .failed(reason)
    }
    return false
  }

  /// Gives the idle workers something to do.
  private mutating func fill() {
    while idleWorkers > 0 {
      if let promotion = scheduler.promotion(in: study) {
        begin(promotion.trial, to: promotion.budget)
      } else if study.trials.count < trialLimit {
        let number = study.trials.count
        let budget = scheduler.firstBudget(ofTrial: number, in: study)
        let assignment = sampler.assignment(ofTrial: number, in: study)
        study.trials.append(
          Trial(number: number, assignment: assignment, state: .running(until: budget)))
        begin(number, to: budget)
      } else {
        return
      }
      idleWorkers -= 1
    }
  }

  private mutating func begin(_ trial: Int, to budget: Int) {
    let start = study.trials[trial].budget
    precondition(
      start < budget && budget <= study.fullBudget,
      "trial \(trial) of budget \(start) cannot go on to \(budget)")
    study.trials[trial].state = .running(until: budget)
    let job = Job(
      number: jobCount, trial: trial, start: start, end: budget, due: now + budget - start)
    jobCount += 1
    // Behind all that are due at the same time, so that equal ones stay in the order of their numbers.
    pending.insert(job, at: pending.firstIndex { $0.due > job.due } ?? pending.count)
    begun.append(job)
  }

  /// Ends the study: the best trial is trained to its end if none has been, and what waits is not promoted.
  private mutating func close() {
    if study.best == nil, let best = mostPromising() {
      begin(best.number, to: study.fullBudget)
      return
    }
    for trial in study.trials where trial.state == .paused {
      study.trials[trial.number].state = .pruned
    }
  }

  /// Of the paused trials that got furthest the best one.
  private func mostPromising() -> Trial? {
    let paused = study.trials.filter { $0.state == .paused }
    let furthest = paused.map(\.budget).max()
    return paused.filter { $0.budget == furthest }.min { study.isAhead($0, of: $1) }
  }
}
