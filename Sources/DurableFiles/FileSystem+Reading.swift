internal import Glibc

/// What a name in a folder stands for.
package enum FileKind: Sendable {
  /// A file with content.
  case file
  /// A folder.
  case folder
  /// A symbolic link, whatever it points at.
  case link
  /// A device, socket or pipe.
  case other
}

extension FileSystem {
  /// What lies at a path, links not followed; nil where nothing can be seen there.
  package func kind(of path: String) -> FileKind? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .other
    }
  }

  /// The size of a file in bytes, links followed.
  package func byteCount(of path: String) throws(FileError) -> Int {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .last("read", path) }
    return Int(status.st_size)
  }

  /// The whole content of a file.
  package func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(path)
    return try file.read(0..<file.byteCount)
  }

  /// The whole content of a file whose size the system does not tell, such as those of `/proc`.
  package func readUnsized(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &piece, piece.count)
      if count == 0 { return content }
      if count > 0 {
        content += piece[..<count]
      } else if errno != EINTR {
        throw .last("read", path)
      }
    }
  }

  /// The names in a folder, without `.` and `..`, sorted by their bytes.
  package func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw .last("list", folder) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw .last("list", folder) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// What a symbolic link points at, as it was written; nil where there is no link.
  package func target(ofLink path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Bytes that this user may still write to the disk that holds a folder.
  package func availableByteCount(at folder: String) throws(FileError) -> Int {
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else {
      throw .last("read the free space of", folder)
    }
    let (bytes, overflow) = UInt64(status.f_bavail)
      .multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : Int(clamping: bytes)
  }
}
