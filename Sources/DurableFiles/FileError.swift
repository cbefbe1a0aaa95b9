internal import Glibc

/// A call to the file system that failed.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was tried: `write`, `rename`.
  package let operation: String
  /// The file or folder that it was tried on.
  package let path: String
  /// The system's error number; 0 where the system saw nothing wrong.
  package let code: Int32
  /// What went wrong, in words.
  package let reason: String

  /// Makes an error from a system error number.
  package init(_ operation: String, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    self.reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// Makes an error that the system has no number for.
  package init(_ operation: String, _ path: String, reason: String) {
    self.operation = operation
    self.path = path
    self.code = 0
    self.reason = reason
  }

  /// Makes an error from the calling thread's `errno`.
  static func last(_ operation: String, _ path: String) -> FileError {
    FileError(operation, path, code: errno)
  }

  /// Whether the disk, or the user's share of it, is full.
  package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

  /// Whether the file or folder is not there.
  package var isMissing: Bool { code == ENOENT }

  /// Whether something of that name is there already.
  package var isTaken: Bool { code == EEXIST }

  /// The message: `cannot write runs/a/state.json: No space left on device`.
  package var description: String { "cannot \(operation) \(path): \(reason)" }
}
