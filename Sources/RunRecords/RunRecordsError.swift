package import DurableFiles

/// What can go wrong with a run's folder and records.
package enum RunRecordsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system refused to read or write.
  case file(FileError)
  /// A folder is not one that a run made.
  case notARunFolder(path: String, reason: String)
  /// A record cannot be read.
  case damaged(path: String, reason: String)

  /// The message, with a hint where there is one.
  package var description: String {
    switch self {
    case .file(let error):
      return error.description
    case .notARunFolder(let path, let reason):
      return """
        \(path) is no run folder: \(reason)
          hint: give a folder below runs/, as `train` printed it
        """
    case .damaged(let path, let reason):
      return "\(path) cannot be read: \(reason)"
    }
  }
}
