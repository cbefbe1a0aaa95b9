internal import Glibc

/// An open file that is read from front to back; closed when the last reference goes.
final class InputFile {
  /// The path, as messages show it.
  let path: String
  /// The size in bytes; nil for pipes and devices.
  let size: Int?
  /// How many bytes were read so far.
  private(set) var offset = 0

  private let descriptor: Int32

  /// Opens a file for reading.
  ///
  /// - Throws: ``DatasetError`` where it cannot be opened or is a folder.
  init(path: String) throws(DatasetError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      size = nil
      let hint =
        code == ENOENT ? "a relative path starts at the folder of the configuration file" : nil
      throw DatasetError(
        "cannot open the file: \(Self.reason(code))", at: .file(path), hint: hint)
    }
    var status = stat()
    let kind = unsafe fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    size = kind == S_IFREG ? Int(status.st_size) : nil
    if kind == S_IFDIR {
      throw DatasetError("expected a file, found a folder", at: .file(path))
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Fills a buffer with the next bytes.
  ///
  /// - Returns: the number of bytes read; fewer than the buffer holds only at the end of the file.
  /// - Throws: ``DatasetError`` where the system reports a failure.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw DatasetError(
          "cannot read the file: \(Self.reason(errno))",
          at: .byte(file: path, offset: offset))
      }
      filled += count
      offset += count
    }
    return filled
  }

  private static func reason(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
