package import DurableFiles
internal import Glibc
internal import JSONText

// A checkpoint is a folder that appears under its name complete or not at all:
//
//   step-000500.tmp-<pid>/   written file by file, each forced to the disk, the manifest last
//   step-000500/             the same folder renamed, then `checkpoints/` forced to the disk
//   last, best               links, each replaced by renaming a new one over it
//
// Only then are older checkpoints removed. Read next: CheckpointStore+Writing, +Retention,
// +Loading.

/// The checkpoints of one run: `<run>/checkpoints`.
///
/// One process writes (rank 0); any number may read meanwhile.
package struct CheckpointStore: Sendable {
  /// The names of a checkpoint's files, the manifest last.
  static let fileNames = [
    "model.safetensors", "optimizer.safetensors", "state.json", CheckpointManifest.fileName,
  ]

  /// The folder of checkpoints.
  package let directory: String
  /// Which checkpoints are kept.
  package let retention: Retention
  let fileSystem: FileSystem
  let pid: Int32

  /// Names a folder of checkpoints, to read from; nothing on the disk changes.
  package init(
    directory: String, retention: Retention = Retention(), fileSystem: FileSystem = FileSystem()
  ) {
    self.directory = directory
    self.retention = retention
    self.fileSystem = fileSystem
    self.pid = getpid()
  }

  /// Opens a folder of checkpoints to write to: makes it where it is missing and clears away what a
  /// killed process left half done.
  ///
  /// - Parameters:
  ///   - directory: The folder, `<run>/checkpoints`.
  ///   - retention: Which checkpoints are kept.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Returns: The store.
  /// - Throws: ``CheckpointError/file(_:)``.
  package static func open(
    directory: String, retention: Retention = Retention(), fileSystem: FileSystem = FileSystem()
  ) throws(CheckpointError) -> CheckpointStore {
    let store = CheckpointStore(
      directory: directory, retention: retention, fileSystem: fileSystem)
    do {
      try fileSystem.createFolders(directory)
      try store.sweep()
    } catch {
      throw .file(error)
    }
    return store
  }

  func path(_ name: CheckpointName) -> String { FilePath.join(directory, name.text) }

  // MARK: - Listing

  /// A checkpoint by its name and manifest; its other files have not been looked at.
  struct Stored {
    let name: CheckpointName
    let step: Int
    let manifest: CheckpointManifest?
    /// Why there is no manifest; empty where there is one.
    let flaw: String
  }

  /// All checkpoints, those written last first; those without a readable manifest come before them,
  /// so that whoever looks for the latest learns of them.
  func stored() throws(FileError) -> [Stored] {
    let names = try fileSystem.names(in: directory).compactMap { CheckpointName($0) }
    var stored: [Stored] = []
    for name in names {
      switch name {
      case .checkpoint(let step):
        stored.append(read(name, step))
      case .replaced(let step, _) where !names.contains(.checkpoint(step: step)):
        // The process died, or is, between the two renames that replace a checkpoint.
        stored.append(read(name, step))
      default:
        break
      }
    }
    return stored.sorted {
      ($0.manifest?.sequence ?? .max, $0.step) > ($1.manifest?.sequence ?? .max, $1.step)
    }
  }

  private func read(_ name: CheckpointName, _ step: Int) -> Stored {
    let file = FilePath.join(path(name), CheckpointManifest.fileName)
    do {
      let manifest = try CheckpointManifest(bytes: fileSystem.read(file))
      return Stored(name: name, step: step, manifest: manifest, flaw: "")
    } catch let error as FileError {
      let flaw = error.isMissing ? "manifest.json is missing" : error.description
      return Stored(name: name, step: step, manifest: nil, flaw: flaw)
    } catch {
      return Stored(
        name: name, step: step, manifest: nil, flaw: "manifest.json is damaged: \(error)")
    }
  }

  // MARK: - Clearing away

  /// Removes or completes what processes that no longer run left half done.
  private func sweep() throws(FileError) {
    let names = try fileSystem.names(in: directory).compactMap { CheckpointName($0) }
    for name in names {
      switch name {
      case .checkpoint:
        break
      case .replaced(let step, let owner) where FileOwner(pid: owner).isGone:
        let manifest = FilePath.join(path(name), CheckpointManifest.fileName)
        if names.contains(.checkpoint(step: step)) || fileSystem.kind(of: manifest) == nil {
          try removeFolder(name)
        } else {
          try fileSystem.rename(path(name), to: path(.checkpoint(step: step)))
        }
      case .temporary(_, let owner) where FileOwner(pid: owner).isGone,
        .discarded(_, let owner) where FileOwner(pid: owner).isGone:
        try removeFolder(name)
      case .linkTemporary(_, let owner) where FileOwner(pid: owner).isGone:
        try fileSystem.remove(path(name))
      case .replaced, .temporary, .discarded, .linkTemporary:
        break
      }
    }
    try fileSystem.synchronizeFolder(directory)
  }

  /// Removes a folder of ours; where somebody put a file of his own into it, everything stays.
  ///
  /// The manifest goes first: from then on nobody takes the folder for a checkpoint.
  ///
  /// - Returns: Whether the folder is gone.
  @discardableResult
  func removeFolder(_ name: CheckpointName) throws(FileError) -> Bool {
    let folder = path(name)
    let files = try fileSystem.names(in: folder)
    guard files.allSatisfy(Self.fileNames.contains) else { return false }
    for file in Self.fileNames.reversed() where files.contains(file) {
      try fileSystem.remove(FilePath.join(folder, file))
    }
    try fileSystem.removeFolder(folder)
    return true
  }
}
