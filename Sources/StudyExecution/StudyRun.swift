internal import Glibc
package import HyperparameterSearch
internal import MessagePassing
internal import RunRecords
package import StudyRecords
internal import Training

/// A study as rank 0 runs it: asks the engine what to do, has the groups do it, and writes down what came of it.
///
/// Rank 0 trains too. It looks for other groups' reports between its own steps, a thousand times a second at most, and
/// gives them their next jobs, so that none waits for long.
package final class StudyRun {
  private let study: StudyConfiguration
  private let groups: TrialGroups
  private let board: GroupBoard
  private let observers: [any StudyObserver]
  private let cache: DataCache
  private var engine: StudyEngine
  private var records: StudyRecorder
  private var files: KeptFiles
  /// Jobs that may begin, those whose results are needed first in front.
  private var ready: [Job] = []
  /// The signal that ends the study once the groups are idle.
  private var signal: Int32?
  private var lastLook = ContinuousClock.now

  /// Prepares to run a study.
  ///
  /// - Parameters:
  ///   - study: what is searched.
  ///   - groups: the ranks.
  ///   - cache: keeps the data from trial to trial.
  ///   - store: what is written down; results that are in it are not computed again.
  ///   - trialsFolder: where trials are kept.
  ///   - observers: who hears of events.
  /// - Throws: `StudyRecordsError` where the records are of another study.
  package init(
    _ study: StudyConfiguration, groups: TrialGroups, cache: DataCache, store: StudyStore,
    trialsFolder: String, observers: [any StudyObserver]
  ) throws {
    self.cache = cache
    self.study = study
    self.groups = groups
    self.observers = observers
    board = GroupBoard(groups)
    engine = StudyEngine(
      study.initialState, sampler: study.sampler, scheduler: study.scheduler,
      concurrency: study.concurrency)
    records = try StudyRecorder(store)
    files = try KeptFiles(in: trialsFolder, keepBest: study.keepBest)
  }

  /// Runs the study to its end, or until a signal asks to stop.
  ///
  /// - Returns: how it ended.
  /// - Throws: what ends the study: records that cannot be written, a rank that failed.
  package func run() throws -> StudyEnd {
    try advance()
    try tell(.started(engine.study))
    let poll = Poll { [unowned self] in try look() }
    let training = TrialTraining(
      study, group: groups.own, cache: cache, trialsFolder: files.folder, observer: poll)
    while !engine.isFinished {
      if signal == nil { signal = StopRequest.signal }
      try serve()
      if let signal {
        if board.isIdle { return try end(.interrupted(engine.study, signal: signal)) }
        try rest()
      } else if let job = takeReady() {
        try tell(.began(job, group: 0))
        let order = try order(for: job, to: 0)
        _ = try groups.own.communicator.allGather(text: order.text)
        try take(try training.train(order), of: job, group: 0)
      } else {
        try rest()
      }
    }
    return try end(.finished(engine.study))
  }

  /// Ends the groups.
  private func end(_ end: StudyEnd) throws -> StudyEnd {
    while !board.isIdle {
      // Only a signal leaves jobs whose results are not needed any more.
      try serve()
      try rest()
    }
    _ = try groups.own.communicator.allGather(text: TrialWorker.stop(signal: signal))
    try board.stop(signal: signal)
    return end
  }

  /// Sleeps for a moment: others have the cores.
  private func rest() throws {
    usleep(200)
    try tell(.working)
  }

  /// Looks for reports, unless that was done less than a millisecond ago.
  private func look() throws {
    let now = ContinuousClock.now
    guard now - lastLook >= .milliseconds(1) else { return }
    lastLook = now
    try serve()
    try tell(.working)
  }

  /// Takes the reports that have come, and gives idle groups their next jobs.
  private func serve() throws {
    for (group, job, report) in try board.reports() { try take(report, of: job, group: group) }
    for group in board.idle where signal == nil && StopRequest.signal == nil {
      guard let job = takeReady() else { return }
      try board.send(order(for: job, to: group), to: group)
      try tell(.began(job, group: group))
    }
  }

  private func takeReady() -> Job? {
    ready.isEmpty ? nil : ready.removeFirst()
  }

  /// The order for a job, which is written down before anybody gets it.
  private func order(for job: Job, to group: Int) throws -> JobOrder {
    try records.begin(job, ranks: groups.ranks(of: group))
    return JobOrder(
      job: job, assignment: engine.study.trials[job.trial].assignment,
      threshold: files.threshold(in: engine.study), keepsLast: study.keepBest > 0)
  }

  /// Takes a group's report.
  private func take(_ report: JobReport, of job: Job, group: Int) throws {
    for note in report.notes { try tell(.warning(note)) }
    switch report.outcome {
    case .interrupted(let signal):
      self.signal = signal
      StopRequest.request(signal)
    case .done(let result):
      try records.finish(
        job, result, cost: JobCost(seconds: report.seconds, steps: report.steps))
      files.note(job.trial)
      engine.finish(job.number, result)
    }
    try tell(.ended(job, group: group, report: report))
    try advance()
  }

  /// Writes down what was decided, and gives results that are known already at once.
  private func advance() throws {
    while true {
      let jobs = engine.takeJobs()
      if jobs.isEmpty { break }
      for job in jobs {
        if let result = records.result(of: job) {
          engine.finish(job.number, result)
        } else {
          ready.append(job)
        }
      }
    }
    ready.sort { ($0.due, $0.number) < ($1.due, $1.number) }
    try records.write(engine.study)
    try files.tidy(engine.study)
    try tell(.advanced(engine.study))
  }

  private func tell(_ event: StudyEvent) throws {
    for observer in observers { try observer.handle(event) }
  }
}

/// Calls a closure after each step of a training.
private final class Poll: TrainingObserver {
  private let body: () throws -> Void

  init(_ body: @escaping () throws -> Void) {
    self.body = body
  }

  func handle(_ event: TrainingEvent) throws {
    if case .step = event { try body() }
  }
}
