package import DurableFiles

/// A study's records that cannot be read or written.
package enum StudyRecordsError: Error, CustomStringConvertible {
  /// The disk refused.
  case file(FileError)
  /// SQLite refused; what was tried on which file, and what it says.
  case database(path: String, operation: String, reason: String)
  /// The file is no study of this program, or of another version.
  case notAStudy(path: String, reason: String)

  /// What happened, in words.
  package var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .database(let path, let operation, let reason):
      "the study's records in \(path): \(operation) failed: \(reason)"
    case .notAStudy(let path, let reason): "\(path) is no study: \(reason)"
    }
  }
}
