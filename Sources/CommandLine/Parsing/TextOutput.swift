import Glibc

/// Where a command writes text: a stream of the process, or a test's buffer.
package protocol TextOutput: Sendable {
  /// Appends text as it is; line ends are the caller's.
  func write(_ text: String) throws
}

/// A stream of the process, written without a buffer in between.
package struct StandardStream: TextOutput {
  /// The stream for results.
  package static let output = StandardStream(descriptor: STDOUT_FILENO)
  /// The stream for messages.
  package static let error = StandardStream(descriptor: STDERR_FILENO)

  private let descriptor: Int32

  /// Writes all of a text.
  ///
  /// - Throws: ``StreamError`` where the system takes no more: a full disk, a closed pipe.
  package func write(_ text: String) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw StreamError(reason: unsafe String(cString: strerror(errno)))
      }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// A stream that takes no more text.
package struct StreamError: Error, CustomStringConvertible {
  /// What the system says.
  let reason: String

  /// The message without the prefix `error:`.
  package var description: String { "output cannot be written: \(reason)" }
}
