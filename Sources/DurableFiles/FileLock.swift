internal import Glibc

/// A file that one process at a time holds; let go when it goes out of scope, and by the system when the process dies.
///
/// The file names its holder for messages. It is removed when it is let go; what a killed process left behind does not
/// keep anybody out.
package struct FileLock: ~Copyable {
  private let descriptor: Int32
  /// Where the file is.
  package let path: String

  /// Takes the lock; nil where another holds it.
  ///
  /// - Throws: ``FileError`` where the file cannot be made, or its file system knows no locks.
  package init?(_ path: String) throws(FileError) {
    while true {
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw .last("create", path) }
      var request = Self.wholeFile
      guard unsafe fcntl(descriptor, Self.setLock, &request) == 0 else {
        let error = FileError.last("lock", path)
        close(descriptor)
        if error.code == EAGAIN || error.code == EACCES { return nil }
        throw error
      }
      if Self.isCurrent(descriptor, path) {
        Self.writeHolder(descriptor)
        self.descriptor = descriptor
        self.path = path
        return
      }
      // The holder before removed the file between our opening and locking it.
      close(descriptor)
    }
  }

  deinit {
    // Removed while it is held: who opened the old file sees that it is no longer the one of this name.
    unsafe unlink(path)
    close(descriptor)
  }

  /// Who holds the lock of a path, as `process 4711 on node-3`; nil where nobody does.
  package static func holder(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var request = wholeFile
    // Only asked, not taken: a reader must not keep a writer out.
    guard unsafe fcntl(descriptor, getLock, &request) == 0, request.l_type != F_UNLCK
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    return text.isEmpty ? "another process" : text
  }

  /// `F_OFD_GETLK` and `F_OFD_SETLK` of Linux, which its header shows only to GNU programs.
  private static let (getLock, setLock): (Int32, Int32) = (36, 37)

  /// A lock that belongs to the open file and not to the process, which would lose it by closing any other.
  private static var wholeFile: flock {
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    request.l_whence = Int16(SEEK_SET)
    return request
  }

  /// Names this process in the file; that is only for messages, so that a full disk does no harm.
  private static func writeHolder(_ descriptor: Int32) {
    var name = [CChar](repeating: 0, count: 256)
    unsafe gethostname(&name, name.count - 1)
    let host = String(
      decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let text = Array("process \(getpid()) on \(host)".utf8)
    ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, text, text.count, 0)
  }

  /// Whether a path still leads to an open file.
  private static func isCurrent(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return unsafe fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }
}
