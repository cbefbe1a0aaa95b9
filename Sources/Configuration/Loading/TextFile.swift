import Glibc

/// The content of a small file, read whole.
package struct TextFile {
  /// The largest file that is read: far above any configuration, far below any memory.
  package static let maximumByteCount = 16 << 20

  /// The content.
  package let bytes: [UInt8]
  /// Tells whether two paths lead to one file.
  package let identity: Identity

  /// What makes a file the same file under any path.
  package struct Identity: Hashable, Sendable {
    /// The number of the file system.
    let device: UInt64
    /// The number of the file within it.
    let node: UInt64
  }

  /// Why a file was not read.
  package enum Failure: Error, Equatable {
    /// There is no such file, or no such folder.
    case missing
    /// It is a folder.
    case isFolder
    /// It is no file but a device, a pipe or a socket.
    case isSpecial
    /// It is larger than ``TextFile/maximumByteCount``.
    case tooLarge
    /// The system refuses, in its words.
    case system(String)
  }

  /// Reads a file.
  ///
  /// - Parameter path: absolute, or relative to the current folder.
  /// - Throws: ``Failure`` saying why it cannot be read.
  package init(_ path: String) throws(Failure) {
    // Without O_NONBLOCK the open of a pipe that nobody writes to would wait forever.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .isFolder
    default: throw .isSpecial
    }
    identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    bytes = try Self.readAll(descriptor)
  }

  private static func readAll(_ descriptor: Int32) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // The array's own storage, for the duration of the call.
      let count = unsafe read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(errno)
      }
      bytes += chunk[..<count]
      guard bytes.count <= maximumByteCount else { throw .tooLarge }
    }
  }
}

extension TextFile.Failure {
  /// The failure that an error number of the system stands for.
  init(_ number: Int32) {
    switch number {
    case ENOENT, ENOTDIR: self = .missing
    default: self = .system(unsafe String(cString: strerror(number)))
    }
  }
}
