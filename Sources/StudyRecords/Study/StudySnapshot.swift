internal import DurableFiles
package import HyperparameterSearch

/// All that is recorded of a study at one moment, read without disturbing who writes it.
package struct StudySnapshot: Sendable {
  /// What the study is.
  package let description: StudyDescription
  /// What is searched; keys and conditions are not recorded.
  package let space: SearchSpace
  /// The trials, by number.
  package let trials: [TrialRecord]
  /// Who writes the study now, as `process 4711 on node-3`; nil where nobody does.
  package let writer: String?

  /// Reads a study.
  ///
  /// - Throws: ``StudyRecordsError``.
  package init(_ path: String) throws(StudyRecordsError) {
    if FileSystem().kind(of: path) == nil {
      throw .notAStudy(path: path, reason: "it does not exist")
    }
    writer = FileLock.holder(of: StudyLock.path(of: path))
    let database = try Database(path, .reading)
    // Everything is of the moment of the first look.
    try database.execute("BEGIN", to: "read it")
    let tables = try StudyTables(database)
    description = try tables.description()
    space = try tables.space()
    trials = try tables.trials()
    try database.execute("COMMIT", to: "read it")
  }

  /// How many jobs have a result.
  package var finishedJobs: Int { trials.reduce(0) { $0 + $1.finishedJobs } }

  /// The completed trial with the best value, of equal ones the first; nil where none completed.
  package var best: TrialRecord? {
    var best: (trial: TrialRecord, value: Double)?
    for trial in trials where trial.state == .completed {
      guard let value = trial.value else { continue }
      if best.map({ description.direction.isBetter(value, than: $0.value) }) ?? true {
        best = (trial, value)
      }
    }
    return best?.trial
  }
}
