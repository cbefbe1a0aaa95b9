internal import Checkpoints
internal import RunRecords

/// A run that is gone on with: its folder and its last valid checkpoint.
struct ResumedRun {
  /// The folder.
  let folder: RunFolder
  /// The checkpoint.
  let checkpoint: LoadedCheckpoint
  /// What was passed over on the way to it, one sentence each.
  let warnings: [String]

  /// Finds the run.
  ///
  /// - Parameters:
  ///   - path: the run's folder; empty for the newest of the name.
  ///   - root: the folder of all runs.
  ///   - name: the run's name.
  /// - Throws: ``UsageError`` where there is no such run; `CheckpointError` where none of its checkpoints
  ///   is valid.
  init(named path: String, root: String, name: String) throws {
    let folder = try path.isEmpty ? Self.newest(in: root, name: name) : RunFolder.open(path)
    let (checkpoint, skipped) = try CheckpointStore(directory: folder.checkpointsPath)
      .loadLatestValid()
    self.folder = folder
    self.checkpoint = checkpoint
    warnings = skipped.map { "skipped checkpoint \($0)" }
  }

  /// The newest folder of a name.
  private static func newest(in root: String, name: String) throws -> RunFolder {
    guard let newest = try DatedFolder.newest(in: root, name: name) else {
      throw UsageError(
        "there is no run named `\(name)` in \(root) to resume",
        hint: "name its folder: --resume=runs/…", command: "train")
    }
    return try RunFolder.open(newest)
  }
}
