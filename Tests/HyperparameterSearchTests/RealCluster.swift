import TestSupport

@testable import HyperparameterSearch

/// A cluster of groups of ranks with clocks of their own, which computes the results that an engine asks for.
struct RealCluster {
  /// Which of the jobs that wait a free group takes.
  enum Order: CaseIterable {
    /// The one whose result is needed first.
    case needed
    /// Any.
    case random
    /// The one that began last.
    case last
  }

  /// All that a study came to.
  struct Outcome: Equatable {
    /// The jobs, by number.
    var jobs: [Job] = []
    /// The trials, by number.
    var trials: [Trial] = []
    /// The number of the best one.
    var best: Int?
    /// The results of the jobs, by number.
    var results: [Int: JobResult] = [:]
    /// The most trials that waited at once.
    var mostPaused = 0
  }

  /// How many groups.
  let groups: Int
  /// Which job is taken next.
  var order = Order.needed
  /// How long a job takes.
  var duration: @Sendable (Job, inout Random) -> Double = { job, _ in Double(job.end - job.start) }
  /// Draws the durations.
  var random: Random
  /// The time that groups worked, all together.
  private(set) var busy = 0.0
  /// The time at which the last job ended.
  private(set) var end = 0.0

  /// Sets up a cluster.
  init(groups: Int, order: Order = .needed, seed: UInt64 = 0) {
    self.groups = groups
    self.order = order
    random = Random(seed: seed)
  }

  /// Goes on with a study to its end, or until so many results are known.
  ///
  /// - Parameters:
  ///   - study: the study, which is gone on with.
  ///   - curves: gives the results.
  ///   - known: results of earlier; such a job takes no time.
  ///   - limit: ends after so many results, as a crash does.
  /// - Returns: what it came to.
  mutating func run(
    _ study: inout StudyEngine, _ curves: LearningCurves, known: [PartOfTrial: KnownResult] = [:],
    limit: Int = .max
  ) -> Outcome {
    var outcome = Outcome()
    var waiting: [Job] = []
    var working: [(job: Job, end: Double)] = []
    var done = 0
    var now = 0.0
    while true {
      let jobs = study.takeJobs()
      outcome.jobs += jobs
      outcome.mostPaused = max(
        outcome.mostPaused, study.study.trials.count { $0.state == .paused })
      waiting += jobs
      while working.count < groups, !waiting.isEmpty {
        let job = waiting.remove(at: place(in: waiting))
        let time = known.result(of: job) == nil ? duration(job, &random) : 0
        busy += time
        working.append((job, now + time))
      }
      guard let next = working.indices.min(by: { working[$0].end < working[$1].end }),
        done < limit
      else { break }
      let (job, end) = working.remove(at: next)
      now = end
      let result =
        known.result(of: job)
        ?? curves.result(of: job, study.study.trials[job.trial].assignment)
      outcome.results[job.number] = result
      study.finish(job.number, result)
      done += 1
    }
    end = now
    outcome.trials = study.study.trials
    outcome.best = study.study.best?.number
    return outcome
  }

  private mutating func place(in jobs: [Job]) -> Int {
    switch order {
    case .needed:
      jobs.indices.min { (jobs[$0].due, jobs[$0].number) < (jobs[$1].due, jobs[$1].number) } ?? 0
    case .last: jobs.count - 1
    case .random: random.below(jobs.count)
    }
  }
}

/// What results are found again by, as a study's records have it: a trial and the budget at the end of a job.
struct PartOfTrial: Hashable {
  let trial: Int
  let end: Int

  init(_ job: Job) {
    (trial, end) = (job.trial, job.end)
  }
}

/// A result and the budget that its job began at.
struct KnownResult {
  let start: Int
  let result: JobResult
}

extension RealCluster.Outcome {
  /// The results by what they are results of.
  var known: [PartOfTrial: KnownResult] {
    var known: [PartOfTrial: KnownResult] = [:]
    for job in jobs {
      guard let result = results[job.number] else { continue }
      known[PartOfTrial(job)] = KnownResult(start: job.start, result: result)
    }
    return known
  }

  /// The units of budget trained in all.
  var spent: Int { jobs.reduce(0) { $0 + $1.end - $1.start } }
}

extension [PartOfTrial: KnownResult] {
  /// The result of a job, if one is known that has all the values of its budgets.
  func result(of job: Job) -> JobResult? {
    self[PartOfTrial(job)].flatMap { $0.start <= job.start ? $0.result : nil }
  }
}
