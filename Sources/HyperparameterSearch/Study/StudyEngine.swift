/// Decides what a study does next, and when.
///
/// A study runs on a cluster that does not exist: `concurrency` workers, for which a job of so many units of budget
/// takes so many ticks of logical time. Every decision is taken at a tick, by what is known at that tick there, in the
/// order of jobs. The real groups of ranks compute the results that those decisions need; how many groups there are
/// and how fast they are decides only how long it takes. So the trials, their budgets and the winner are a function of
/// the configuration alone, and a study that died is gone on with by playing it again: results that are known are
/// given at once.
///
/// Where nothing depends on results the cluster has a worker for every trial, and results are known as they come.
package struct StudyEngine: Sendable {
  private let sampler: any Sampler
  private let scheduler: any Scheduler
  /// What is known at the logical time that has been reached.
  package private(set) var study: StudyState
  /// Jobs whose results are not known yet at that time, by ``Job/due`` and number; a slice, since they leave in front.
  private var pending: ArraySlice<Job> = []
  /// The numbers of jobs that have no result.
  private var underWay: Set<Int> = []
  /// Results that are known before their time, by the number of the job.
  private var results: [Int: JobResult] = [:]
  private var idleWorkers: Int
  /// Whether anything depends on results, and so on when they become known.
  private let isOrdered: Bool
  private var jobCount = 0
  private var now = 0
  /// Whether the scheduler has had its say, and at most one trial goes on.
  private var isClosing = false
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
    self.study.trialLimit = min(study.trialLimit, sampler.limit(in: study.space) ?? .max)
    precondition(self.study.trialLimit >= 1, "a study without trials")
    isOrdered = sampler.learns || scheduler.reacts
    idleWorkers = isOrdered ? concurrency : self.study.trialLimit
    fill()
  }

  /// The jobs that have begun since this was last called, in the order in which their results are needed.
  package mutating func takeJobs() -> [Job] {
    defer { begun = [] }
    return begun
  }

  /// Whether everything is done.
  package var isFinished: Bool { pending.isEmpty }

  /// Takes the result of a job, and as many decisions as can be taken then.
  ///
  /// Reports of budgets up to the job's start are passed over: they are known.
  ///
  /// - Precondition: the job has begun and had no result; the budgets of reports grow, to the job's end where it was
  ///   trained to there, and never beyond.
  package mutating func finish(_ number: Int, _ result: JobResult) {
    precondition(underWay.remove(number) != nil, "job \(number) is not under way")
    guard isOrdered else {
      settleAtOnce(number, result)
      return
    }
    results[number] = result
    while let job = pending.first, let result = results.removeValue(forKey: job.number) {
      pending.removeFirst()
      now = job.due
      settle(job, result)
      if !isClosing {
        fill()
        pruneHopeless()
      }
      if pending.isEmpty { close() }
    }
  }

  /// Makes a result known before those of earlier jobs, which it does not depend on.
  private mutating func settleAtOnce(_ number: Int, _ result: JobResult) {
    guard let place = pending.firstIndex(where: { $0.number == number }) else {
      preconditionFailure("job \(number) is not under way")
    }
    settle(pending.remove(at: place), result)
    if pending.isEmpty { close() }
  }

  /// Makes a result known, and decides about its trial.
  private mutating func settle(_ job: Job, _ result: JobResult) {
    let trial = job.trial
    // A result that is known from a job which began earlier, as a smaller study may have had, holds more.
    let reports = result.reports.filter { $0.budget > job.start }
    precondition(
      zip(reports, reports.dropFirst()).allSatisfy { $0.budget < $1.budget }
        && reports.allSatisfy { $0.budget <= job.end },
      "the reports of job \(job.number) do not grow to \(job.end)")
    study.trials[trial].reports += reports
    idleWorkers += 1
    switch result {
    case .trained:
      precondition(reports.last?.budget == job.end, "job \(job.number) has no report of its end")
      if job.end == study.fullBudget {
        study.trials[trial].state = .completed
        return
      }
      // Whoever decides sees a trial that waits for the decision.
      study.trials[trial].state = .paused
      switch scheduler.decide(study.trials[trial], in: study) {
      case .goOn(let budget): begin(trial, to: budget)
      case .pause: break
      case .prune: study.trials[trial].state = .pruned
      }
    case .ended: study.trials[trial].state = .completed
    case .failed(_, let reason): study.trials[trial].state = .failed(reason)
    }
  }

  /// Gives the idle workers something to do.
  private mutating func fill() {
    while idleWorkers > 0 {
      if let promotion = scheduler.promotion(in: study) {
        begin(promotion.trial, to: promotion.budget)
      } else if study.trials.count < study.trialLimit {
        let number = study.trials.count
        let budget = scheduler.firstBudget(ofTrial: number, in: study)
        let assignment = sampler.assignment(ofTrial: number, in: study)
        study.trials.append(
          Trial(number: number, assignment: assignment, state: .running(until: budget)))
        begin(number, to: budget)
      } else {
        return
      }
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
    idleWorkers -= 1
    underWay.insert(job.number)
    // Behind all that are due at the same time, so that equal ones stay in the order of their numbers.
    let last = pending.lastIndex { $0.due <= job.due }
    pending.insert(job, at: last.map { $0 + 1 } ?? pending.startIndex)
    begun.append(job)
  }

  /// Ends the waiting of trials that cannot be promoted any more.
  ///
  /// While none has completed, the trial that the end of the study would choose is kept.
  private mutating func pruneHopeless() {
    let waiting = study.trials.indices.filter { study.trials[$0].state == .paused }
    if waiting.isEmpty { return }
    let promotable = scheduler.promotable(in: study)
    let kept = study.hasCompleted ? nil : mostPromising([.paused])
    for trial in waiting where !promotable.contains(trial) && trial != kept {
      study.trials[trial].state = .pruned
    }
  }

  /// Ends the study: the best trial is trained to its end if none has been, and what waits is not promoted.
  ///
  /// If all that were promoted failed, that may be one that was pruned and whose checkpoint is gone.
  private mutating func close() {
    isClosing = true
    if !study.hasCompleted, let best = mostPromising([.paused, .pruned]) {
      begin(best, to: study.fullBudget)
      return
    }
    for trial in study.trials.indices where study.trials[trial].state == .paused {
      study.trials[trial].state = .pruned
    }
  }

  /// Of the trials in some states that got furthest the best one.
  private func mostPromising(_ states: [TrialState]) -> Int? {
    let trials = study.trials.filter { states.contains($0.state) }
    let furthest = trials.map(\.budget).max()
    return trials.filter { $0.budget == furthest }.min { study.isAhead($0, of: $1) }?.number
  }
}
