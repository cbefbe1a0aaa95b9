/// What is wrong with a flight recorder's file.
package enum FlightRecordsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file could not be made.
  case cannotRecord(reason: String)
  /// The file is no flight recorder's, or is damaged.
  case damaged(path: String, reason: String)
  /// No rank left anything to read.
  case nothingRecorded(folder: String, problems: [String])

  /// What happened, in words.
  package var description: String {
    switch self {
    case .cannotRecord(let reason):
      "what this rank does is not recorded: \(reason)"
    case .damaged(let path, let reason):
      "\(path) is no flight recorder's file: \(reason)"
    case .nothingRecorded(let folder, let problems):
      "no rank left a record of what it did in \(folder)"
        + problems.map { "\n  \($0)" }.joined()
        + "\n  hint: ranks begin to record when the run folder is there; on other hosts the records"
        + " are in a folder of the same path"
    }
  }
}
