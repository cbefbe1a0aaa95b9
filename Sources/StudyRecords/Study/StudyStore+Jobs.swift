package import HyperparameterSearch
internal import JSONText
package import RunRecords

extension StudyStore {
  /// The result of a job; nil while there is none.
  ///
  /// - Parameters:
  ///   - trial: the number of the trial.
  ///   - end: the budget done when the job ends.
  /// - Returns: the result, as it was recorded.
  /// - Complexity: O(1).
  package func result(trial: Int, end: Int) -> JobResult? {
    results[trial]?[end]
  }

  /// Records that a job is about to begin, so that a job which kills its process is known to have been tried.
  ///
  /// - Parameters:
  ///   - trial: the number of the trial, which was begun.
  ///   - end: the budget done when the job ends.
  ///   - ranks: the ranks that are going to do it.
  ///   - time: when it begins.
  /// - Throws: ``StudyRecordsError``.
  package func startJob(
    trial: Int, end: Int, ranks: Range<Int>, at time: WallTime
  ) throws(StudyRecordsError) {
    var job = jobs[trial]?[end] ?? JobRecord()
    job.attempts += 1
    job.ranks = ranks
    try save(job, trial: trial, end: end, startedAt: time)
    rows[trial]?.state = .running
  }

  /// How often a job may have killed a rank until it is given up.
  package static let deathLimit = 2

  /// Takes stock of what the launch before left unfinished: a job that ran on a rank which died is charged with the
  /// death, and has failed when it was the second one.
  ///
  /// - Parameter deadRank: the rank that died by itself and so ended that launch; nil where none did, or nobody knows.
  /// - Returns: the trials that were charged, with the number of deaths.
  /// - Throws: ``StudyRecordsError``.
  package func takeStock(
    deadRank: Int?
  ) throws(StudyRecordsError) -> [(trial: Int, deaths: Int)] {
    var charged: [(trial: Int, deaths: Int)] = []
    for (trial, jobs) in jobs.sorted(by: { $0.key < $1.key }) {
      for (end, record) in jobs where record.outcome == nil && record.ranks != nil {
        var job = record
        job.ranks = nil
        if let deadRank, record.ranks?.contains(deadRank) == true {
          job.deaths += 1
          charged.append((trial, job.deaths))
        }
        try save(job, trial: trial, end: end)
        guard job.deaths >= Self.deathLimit else { continue }
        let reason = "ranks that trained it died \(job.deaths) times"
        try finishJob(
          trial: trial, end: end, .failed([], reason: reason), cost: JobCost(seconds: 0, steps: 0))
      }
    }
    return charged
  }

  /// Records what came of a job, its values included.
  ///
  /// - Parameters:
  ///   - trial: the number of the trial.
  ///   - end: the budget done when the job ends.
  ///   - result: what came of it.
  ///   - cost: what it cost.
  /// - Throws: ``StudyRecordsError``.
  package func finishJob(
    trial: Int, end: Int, _ result: JobResult, cost: JobCost
  ) throws(StudyRecordsError) {
    guard var job = jobs[trial]?[end] else { preconditionFailure("a job that was never begun") }
    job.finish(result, cost: cost)
    try save(job, trial: trial, end: end, reports: result.reports)
    results[trial, default: [:]][end] = result
  }

  private func save(
    _ job: JobRecord, trial: Int, end: Int, reports: [Report] = [], startedAt start: WallTime? = nil
  ) throws(StudyRecordsError) {
    guard let row = rows[trial] else { preconditionFailure("trial \(trial) was never begun") }
    try database.transaction { () throws(StudyRecordsError) in
      if let start { try statements.startTrial.run(.integer(row.id), .text(start.localText)) }
      for report in reports {
        let value = OptunaValue(report.value)
        try statements.setReport.run(
          .integer(row.id), .integer(report.budget), value.column, .text(value.kind))
      }
      try statements.setSystemAttribute.run(
        .integer(row.id), .text(JobRecord.attribute(end: end)), .text(job.json.text()))
    }
    jobs[trial, default: [:]][end] = job
  }
}
