internal import Glibc

/// A file open for reading at any place; closed when it goes out of scope.
///
/// Read by `pread` and not mapped: a mapped file that somebody truncates kills the process, this
/// one throws.
package struct InputFile: ~Copyable, Sendable {
  private let descriptor: Int32
  /// Where the file is.
  package let path: String
  /// Its size when it was opened.
  package let byteCount: Int

  /// Opens a file.
  ///
  /// - Throws: ``FileError`` where it is missing, unreadable or no plain file.
  package init(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError("read", path, reason: "it is not a file")
    }
    self.descriptor = descriptor
    self.path = path
    self.byteCount = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Throws: ``FileError``, also where the file ends before the buffer is full.
  @unsafe package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError) {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      if count > 0 {
        filled += count
      } else if count == 0 {
        throw FileError("read", path, reason: "it ends at byte \(offset + filled)")
      } else if errno != EINTR {
        throw .last("read", path)
      }
    }
  }

  /// The bytes of a range.
  ///
  /// - Throws: ``FileError``, also where the file ends before the range does.
  package func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var failure: FileError?
    unsafe bytes.withUnsafeMutableBytes { buffer in
      do throws(FileError) {
        try unsafe read(into: buffer, at: range.lowerBound)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
