package import HyperparameterSearch

/// Something that happened in a study.
package enum StudyEvent: Sendable {
  /// What is known already was played again; the study begins or goes on.
  case started(StudyState)
  /// A group began a job.
  case began(Job, group: Int)
  /// A group reported of a job.
  case ended(Job, group: Int, report: JobReport)
  /// Decisions were taken.
  case advanced(StudyState)
  /// Groups train; told now and then, so that whoever shows it can show that time passes.
  case working
  /// Something that the user should know.
  case warning(String)
}

/// Hears what happens in a study; on rank 0 alone.
package protocol StudyObserver: AnyObject {
  /// Hears of an event, perhaps between two steps of a training: it must be quick.
  ///
  /// - Throws: where the study cannot go on.
  func handle(_ event: StudyEvent) throws
}

/// How a study came to its end.
package enum StudyEnd: Sendable {
  /// All trials are over.
  case finished(StudyState)
  /// A signal stopped it; what was done is kept.
  case interrupted(StudyState, signal: Int32)
}
