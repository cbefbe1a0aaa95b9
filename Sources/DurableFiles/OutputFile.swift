internal import Glibc

/// A file open for writing; closed when it goes out of scope.
package struct OutputFile: ~Copyable, Sendable {
  private let descriptor: Int32
  private let synchronizes: Bool
  private let observe: FileSystem.Observer
  /// Where the file is.
  package let path: String

  init(
    descriptor: Int32, path: String, synchronizes: Bool, observer: @escaping FileSystem.Observer
  ) {
    self.descriptor = descriptor
    self.path = path
    self.synchronizes = synchronizes
    self.observe = observer
  }

  deinit {
    // Everything that must last was synchronized, so that close has nothing left to report.
    close(descriptor)
  }

  /// Writes all bytes of a buffer at the file's position.
  ///
  /// - Throws: ``FileError``; some of the bytes may have been written.
  @unsafe package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try observe(.write(path, byteCount: bytes.count))
    var written = 0
    while written < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw .last("write", path)
      }
    }
  }

  /// Writes all bytes of an array at the file's position.
  ///
  /// - Throws: ``FileError``; some of the bytes may have been written.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    var failure: FileError?
    unsafe bytes.withUnsafeBytes { buffer in
      do throws(FileError) {
        try unsafe write(buffer)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Forces the content to the disk.
  package func synchronize() throws(FileError) {
    guard synchronizes else { return }
    try observe(.synchronize(path))
    while fsync(descriptor) != 0 {
      if errno != EINTR { throw .last("synchronize", path) }
    }
  }
}
