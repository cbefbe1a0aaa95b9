package import DurableFiles
package import JSONText

extension CheckpointStore {
  /// The checkpoint that was written last and is valid: complete, with the sizes and hashes that
  /// its manifest says.
  ///
  /// - Returns: The checkpoint and the later ones that were passed over.
  /// - Throws: ``CheckpointError/noneValid(directory:skipped:)``, ``CheckpointError/file(_:)``.
  package func loadLatestValid() throws(CheckpointError) -> (
    checkpoint: LoadedCheckpoint, skipped: [SkippedCheckpoint]
  ) {
    try firstValid { $0 }
  }

  /// The checkpoint of a step, and no other in its place.
  ///
  /// - Throws: ``CheckpointError/invalid(path:reason:)`` where it is damaged or gone;
  ///   ``CheckpointError/file(_:)``.
  package func load(step: Int) throws(CheckpointError) -> LoadedCheckpoint {
    try LoadedCheckpoint(folder: path(.checkpoint(step: step)), fileSystem)
  }

  /// The valid checkpoint with the best value of the monitored metric.
  ///
  /// - Returns: The checkpoint and the better ones that were passed over.
  /// - Throws: ``CheckpointError/noneValid(directory:skipped:)``, also where the metric was never
  ///   measured; ``CheckpointError/file(_:)``.
  package func loadBestValid() throws(CheckpointError) -> (
    checkpoint: LoadedCheckpoint, skipped: [SkippedCheckpoint]
  ) {
    try firstValid(in: best(of:))
  }

  private func firstValid(
    in order: ([Stored]) -> [Stored]
  ) throws(CheckpointError) -> (checkpoint: LoadedCheckpoint, skipped: [SkippedCheckpoint]) {
    let stored: [Stored]
    do {
      stored = fileSystem.kind(of: directory) == nil ? [] : try self.stored()
    } catch {
      throw .file(error)
    }
    var skipped: [SkippedCheckpoint] = []
    for candidate in order(stored) {
      do {
        return (try LoadedCheckpoint(folder: path(candidate.name), fileSystem), skipped)
      } catch .invalid(_, let reason) {
        skipped.append(
          SkippedCheckpoint(name: CheckpointName.folder(candidate.step), reason: reason))
      }
    }
    throw .noneValid(directory: directory, skipped: skipped)
  }

  /// Loads what a user named: a run folder, its folder of checkpoints, one checkpoint, or a link.
  ///
  /// A run folder, a folder of checkpoints and its link `last` mean the latest valid checkpoint. A
  /// checkpoint that was named itself is not replaced by another one where it is damaged.
  ///
  /// - Parameters:
  ///   - path: What was named.
  ///   - resultStep: Reads out of the latest checkpoint's state which step's checkpoint holds what came of
  ///     the run; nil where the latest does. Not asked for a checkpoint that was named itself.
  ///   - fileSystem: Reads the disk.
  /// - Returns: The checkpoint and later ones that were passed over.
  /// - Throws: ``CheckpointError``.
  package static func load(
    _ path: String, resultStep: (JSONValue) -> Int? = { _ in nil },
    fileSystem: FileSystem = FileSystem()
  ) throws(CheckpointError) -> (checkpoint: LoadedCheckpoint, skipped: [SkippedCheckpoint]) {
    func latest(_ directory: String) throws(CheckpointError) -> (
      checkpoint: LoadedCheckpoint, skipped: [SkippedCheckpoint]
    ) {
      let store = CheckpointStore(directory: directory, fileSystem: fileSystem)
      let (checkpoint, skipped) = try store.loadLatestValid()
      guard let step = resultStep(checkpoint.state) else { return (checkpoint, skipped) }
      return (try store.load(step: step), skipped)
    }
    let nested = FilePath.join(path, "checkpoints")
    if FilePath.name(of: path) == "last" { return try latest(FilePath.parent(of: path)) }
    if fileSystem.kind(of: nested) == .folder { return try latest(nested) }
    let isDirectory: Bool
    do throws(FileError) {
      isDirectory = try fileSystem.names(in: path).contains { CheckpointName($0) != nil }
    } catch {
      throw error.isMissing ? .invalid(path: path, reason: "it does not exist") : .file(error)
    }
    if isDirectory { return try latest(path) }
    return (try LoadedCheckpoint(folder: path, fileSystem), [])
  }
}
