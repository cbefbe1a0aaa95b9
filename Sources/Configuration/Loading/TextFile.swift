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

/// What can be said about paths without touching their files.
package enum Paths {
  /// A path from the root: a relative one starts from the current folder.
  ///
  /// `..` is kept, because what it means depends on symbolic links.
  package static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return cleaned(path) }
    return cleaned(currentFolder() + "/" + path)
  }

  /// The folder that a path's last component is in; `.` where it has only one.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component of a path.
  package static func name(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
  }

  /// A path that starts from a folder unless it is absolute.
  package static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  /// The names in a folder, sorted; nil where it cannot be listed.
  package static func names(in folder: String) -> [String]? {
    guard let stream = unsafe opendir(folder) else { return nil }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        // The system ends the name by a zero within the record.
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Drops empty components and `.`.
  private static func cleaned(_ path: String) -> String {
    "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private static func currentFolder() -> String {
    guard let path = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }
}
