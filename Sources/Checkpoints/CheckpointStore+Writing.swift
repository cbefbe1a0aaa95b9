internal import DurableFiles
internal import JSONText

/// What became of writing a checkpoint.
package struct WrittenCheckpoint: Sendable, Equatable {
  /// The checkpoint's folder.
  package let path: String
  /// Older checkpoints that were removed, by name.
  package let removed: [String]
  /// What went wrong after the checkpoint was safe: a link or an old checkpoint that could not be
  /// changed.
  package let warnings: [String]
}

extension CheckpointStore {
  /// Bytes kept free besides the checkpoint itself, for folders, links and the file system's
  /// tables.
  private static let spareByteCount = 65_536

  /// Writes a checkpoint; when this returns, it is on the disk whatever happens next.
  ///
  /// A checkpoint of the same step, as left by a run that was resumed before it, is replaced. Older
  /// checkpoints are removed as the retention says, after the new one is safe.
  ///
  /// - Returns: Where it is, what was removed, and what could not be tidied up.
  /// - Throws: ``CheckpointError/diskFull(path:needed:available:)`` or
  ///   ``CheckpointError/file(_:)``; earlier checkpoints are untouched, and of this one no part is
  ///   left, or all of it where only the last synchronization failed.
  package func write(_ checkpoint: Checkpoint) throws(CheckpointError) -> WrittenCheckpoint {
    let target = path(.checkpoint(step: checkpoint.step))
    let content = Content(checkpoint)
    let needed = content.byteCount + Self.spareByteCount
    do {
      let available = try fileSystem.availableByteCount(at: directory)
      if available < needed {
        throw CheckpointError.diskFull(path: target, needed: needed, available: available)
      }
      let older = try stored()
      let sequence = (older.compactMap(\.manifest?.sequence).max() ?? 0) + 1
      try writeTemporary(content, sequence: sequence)
      try publish(step: checkpoint.step)
    } catch let error as CheckpointError {
      throw error
    } catch let error as FileError where error.isDiskFull {
      // How much is free is only told for the user's help; not knowing it changes nothing.
      throw .diskFull(
        path: target, needed: needed,
        available: try? fileSystem.availableByteCount(at: directory))
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .invalid(path: target, reason: "\(error)")
    }
    let (removed, warnings) = tidyUp(after: checkpoint.step)
    return WrittenCheckpoint(path: target, removed: removed, warnings: warnings)
  }

  /// A checkpoint laid out as files.
  private struct Content {
    let checkpoint: Checkpoint
    let model: SafetensorsWriter
    let optimizer: SafetensorsWriter
    let state: [UInt8]

    init(_ checkpoint: Checkpoint) {
      self.checkpoint = checkpoint
      self.model = SafetensorsWriter(tensors: checkpoint.model)
      self.optimizer = SafetensorsWriter(tensors: checkpoint.optimizer)
      self.state = Array((checkpoint.state.text(.indented) + "\n").utf8)
    }

    var byteCount: Int { model.byteCount + optimizer.byteCount + state.count }
  }

  /// Writes all files into the temporary folder, the manifest last, and forces them to the disk.
  private func writeTemporary(_ content: Content, sequence: Int) throws(FileError) {
    let step = content.checkpoint.step
    let temporary = CheckpointName.temporary(step: step, pid: pid)
    // What an earlier failure of this process could not remove.
    if fileSystem.kind(of: path(temporary)) != nil { try removeFolder(temporary) }
    do {
      try fileSystem.createFolder(path(temporary))
      let files = [
        try content.model.write(
          to: FilePath.join(path(temporary), Self.fileNames[0]), fileSystem: fileSystem),
        try content.optimizer.write(
          to: FilePath.join(path(temporary), Self.fileNames[1]), fileSystem: fileSystem),
        try writeFile(Self.fileNames[2], content.state, into: temporary),
      ]
      let manifest = CheckpointManifest(
        step: step, sequence: sequence, monitored: content.checkpoint.monitored, files: files)
      _ = try writeFile(CheckpointManifest.fileName, manifest.bytes, into: temporary)
      try fileSystem.synchronizeFolder(path(temporary))
    } catch {
      // Best effort: the error that matters is the one that is thrown, and the next open sweeps.
      _ = try? removeFolder(temporary)
      throw error
    }
  }

  private func writeFile(
    _ name: String, _ bytes: [UInt8], into folder: CheckpointName
  ) throws(FileError) -> FileDigest {
    let file = try fileSystem.createFile(FilePath.join(path(folder), name))
    try file.write(bytes)
    try file.synchronize()
    let hash = ContentHash()
    hash.add(bytes)
    return FileDigest(name: name, byteCount: bytes.count, hash: hash.text)
  }

  /// Gives the complete folder its name.
  ///
  /// A folder cannot be renamed over another that is not empty, so a former checkpoint of the same
  /// step steps aside first. A crash in between leaves it under its other name, where both loading
  /// and the next open find it.
  private func publish(step: Int) throws(FileError) {
    let temporary = CheckpointName.temporary(step: step, pid: pid)
    let target = CheckpointName.checkpoint(step: step)
    let replaced = CheckpointName.replaced(step: step, pid: pid)
    var stepsAside = false
    do {
      if fileSystem.kind(of: path(target)) != nil {
        try fileSystem.rename(path(target), to: path(replaced))
        stepsAside = true
      }
      try fileSystem.rename(path(temporary), to: path(target))
    } catch {
      // Best effort, as above; where even this fails, loading still finds the former one.
      if stepsAside { try? fileSystem.rename(path(replaced), to: path(target)) }
      _ = try? removeFolder(temporary)
      throw error
    }
    try fileSystem.synchronizeFolder(directory)
  }
}
