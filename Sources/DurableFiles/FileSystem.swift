internal import Glibc

// Files that are complete or not there at all. The order that gives this on a journalled disk is
// always the same: write under a temporary name, force the content to the disk, rename, force the
// folder to the disk. `replaceFile` does it for one file, the checkpoint store for a folder of
// them.

/// Changes to the disk, one system call each, observed before they happen.
///
/// The observer is how tests interrupt a protocol before any of its calls, as a crash or a full
/// disk would; in a run it does nothing.
package struct FileSystem: Sendable {
  /// Is told of each change before it is made; what it throws is thrown in place of the change.
  package typealias Observer = @Sendable (FileOperation) throws(FileError) -> Void

  private let observe: Observer
  private let synchronizes: Bool

  /// Makes a file system.
  ///
  /// - Parameters:
  ///   - synchronizes: Whether content and names are forced to the disk where a method says so. Without it whatever
  ///     was written survives the death of the process, but perhaps not that of the machine: for what can be made
  ///     again, and checks itself.
  ///   - observer: Called before each change; by default nothing.
  package init(
    synchronizes: Bool = true, observer: @escaping Observer = { (_) throws(FileError) in }
  ) {
    self.synchronizes = synchronizes
    self.observe = observer
  }

  /// Makes a folder.
  ///
  /// - Throws: ``FileError``, with ``FileError/isTaken`` where something of that name exists.
  package func createFolder(_ path: String) throws(FileError) {
    try observe(.createFolder(path))
    try unsafe check(mkdir(path, 0o777), "create the folder", path)
  }

  /// Makes a folder and those above it that are missing, durably; does nothing where it exists.
  package func createFolders(_ path: String) throws(FileError) {
    if kind(of: path) == .folder { return }
    let parent = FilePath.parent(of: path)
    if parent != path { try createFolders(parent) }
    do {
      try createFolder(path)
    } catch {
      // Another process may have made it between the check and now.
      if !error.isTaken || kind(of: path) != .folder { throw error }
    }
    try synchronizeFolder(parent)
  }

  /// Makes a file that must not exist yet.
  package func createFile(_ path: String) throws(FileError) -> OutputFile {
    try openFile(path, flags: O_CREAT | O_EXCL, "create")
  }

  /// Opens a file to write at its end, making it where it is missing.
  package func openForAppending(_ path: String) throws(FileError) -> OutputFile {
    try openFile(path, flags: O_CREAT | O_APPEND, "open")
  }

  private func openFile(
    _ path: String, flags: Int32, _ operation: String
  ) throws(FileError) -> OutputFile {
    try observe(.openFile(path))
    let descriptor = unsafe open(path, flags | O_WRONLY | O_CLOEXEC, 0o666)
    try check(descriptor, operation, path)
    return OutputFile(
      descriptor: descriptor, path: path, synchronizes: synchronizes, observer: observe)
  }

  /// Forces the names in a folder to the disk: files made, renamed or removed there.
  package func synchronizeFolder(_ path: String) throws(FileError) {
    guard synchronizes else { return }
    try observe(.synchronizeFolder(path))
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try check(descriptor, "open the folder", path)
    defer { close(descriptor) }
    // Some network file systems cannot synchronize folders and say so by EINVAL; there the rename
    // itself is all the safety that can be had.
    if fsync(descriptor) != 0 && errno != EINVAL { throw .last("synchronize the folder", path) }
  }

  /// Gives a file, link or folder another name, replacing a file or link there.
  package func rename(_ source: String, to destination: String) throws(FileError) {
    try observe(.rename(from: source, to: destination))
    try unsafe check(Glibc.rename(source, destination), "rename \(source) to", destination)
  }

  /// Makes a symbolic link.
  package func createLink(_ path: String, target: String) throws(FileError) {
    try observe(.link(path, target: target))
    try unsafe check(symlink(target, path), "create the link", path)
  }

  /// Removes a file or link.
  package func remove(_ path: String) throws(FileError) {
    try observe(.remove(path))
    try unsafe check(unlink(path), "remove", path)
  }

  /// Removes an empty folder.
  package func removeFolder(_ path: String) throws(FileError) {
    try observe(.removeFolder(path))
    try unsafe check(rmdir(path), "remove the folder", path)
  }

  /// Writes a whole file so that a crash leaves the old content or the new, never a part.
  ///
  /// - Throws: ``FileError``; the old content is untouched and the temporary file removed.
  package func replaceFile(_ path: String, with content: [UInt8]) throws(FileError) {
    let folder = FilePath.parent(of: path)
    let prefix = "\(FilePath.name(of: path)).tmp-"
    let temporary = FilePath.join(folder, "\(prefix)\(getpid())")
    // What killed processes left behind; in a folder that cannot be listed it stays.
    for name in (try? names(in: folder)) ?? [] where name.hasPrefix(prefix) {
      guard let pid = Int32(name.dropFirst(prefix.count)), FileOwner(pid: pid).isGone else {
        continue
      }
      try remove(FilePath.join(folder, name))
    }
    do {
      let file = try createFile(temporary)
      try file.write(content)
      try file.synchronize()
      try rename(temporary, to: path)
    } catch {
      // Best effort: the error that matters is the one that is thrown.
      if kind(of: temporary) != nil { try? remove(temporary) }
      throw error
    }
    try synchronizeFolder(folder)
  }

  private func check(
    _ result: Int32, _ operation: String, _ path: String
  ) throws(FileError) {
    if result < 0 { throw .last(operation, path) }
  }
}
