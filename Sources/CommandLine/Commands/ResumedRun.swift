internal import Checkpoints
internal import DurableFiles
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

  /// The folder whose name, which begins with the time, comes last.
  private static func newest(in root: String, name: String) throws -> RunFolder {
    let name = DatedFolder.fileName(for: name)
    let files = FileSystem()
    let folders = files.kind(of: root) == .folder ? try files.names(in: root) : []
    let candidates = folders.filter { folder in
      // yyyyMMdd-HHmmss-name, perhaps with -2 at the end where two began within a second.
      let rest = folder.dropFirst(16)
      return rest == name
        || rest.hasPrefix(name + "-") && Int(rest.dropFirst(name.count + 1)) != nil
    }
    guard let newest = candidates.max() else {
      throw UsageError(
        "there is no run named `\(name)` in \(root) to resume",
        hint: "name its folder: --resume=runs/…", command: "train")
    }
    return try RunFolder.open("\(root)/\(newest)")
  }
}
