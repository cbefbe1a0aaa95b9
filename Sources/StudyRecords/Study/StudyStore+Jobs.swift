package import HyperparameterSearch
internal import JSONText

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
  /// - Returns: which attempt it is, from 1.
  /// - Throws: ``StudyRecordsError``.
  package func startJob(trial: Int, end: Int) throws(StudyRecordsError) -> Int {
    var job = jobs[trial]?[end] ?? JobRecord()
    job.attempts += 1
    try save(job, trial: trial, end: end)
    return job.attempts
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
    _ job: JobRecord, trial: Int, end: Int, reports: [Report] = []
  ) throws(StudyRecordsError) {
    guard let row = rows[trial] else { preconditionFailure("trial \(trial) was never begun") }
    try database.transaction { () throws(StudyRecordsError) in
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
