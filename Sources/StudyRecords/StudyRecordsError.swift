package import DurableFiles

/// A study's records that cannot be read or written.
package enum StudyRecordsError: Error, CustomStringConvertible {
  /// The disk refused.
  case file(FileError)
  /// SQLite refused; what was tried on which file, and what it says.
  case database(path: String, operation: String, reason: String)
  /// The file is no study of this program, or of another version.
  case notAStudy(path: String, reason: String)
  /// Another process writes the study.
  case isBeingWritten(path: String, by: String)
  /// What is to be recorded contradicts what is.
  case contradiction(path: String, reason: String)

  /// What happened, in words.
  package var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .database(let path, let operation, let reason):
      "the study's records in \(path): cannot \(operation): \(reason)"
    case .notAStudy(let path, let reason):
      """
      \(path) is no study: \(reason)
        hint: give a folder below sweeps/, as `sweep` printed it
      """
    case .isBeingWritten(let path, let holder):
      """
      the study's records in \(path) are being written by \(holder)
        hint: one sweep at a time goes on with a study; wait for that one or end it
      """
    case .contradiction(let path, let reason):
      """
      the study's records in \(path) are of another study: \(reason)
        hint: resume with the configuration that the study was begun with, or begin a new study
      """
    }
  }
}
