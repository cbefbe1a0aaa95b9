internal import DurableFiles

extension CheckpointStore {
  /// Removes all checkpoints and the folder, which a run of which nothing is to be kept does not need.
  ///
  /// Nobody may write meanwhile. A folder that somebody put files of his own into stays.
  ///
  /// - Throws: ``CheckpointError/file(_:)``.
  package func removeAll() throws(CheckpointError) {
    do throws(FileError) {
      for name in try fileSystem.names(in: directory) {
        switch fileSystem.kind(of: FilePath.join(directory, name)) {
        case .link where name == "last" || name == "best" || CheckpointName(name) != nil:
          try fileSystem.remove(FilePath.join(directory, name))
        case .folder:
          if let name = CheckpointName(name), try !removeFolder(name) { return }
        default: return
        }
      }
      try fileSystem.removeFolder(directory)
    } catch {
      throw .file(error)
    }
  }

  /// Points the links at the right checkpoints and removes what retention no longer keeps.
  ///
  /// The new checkpoint is safe by now, so failures here are warnings: training goes on.
  func tidyUp(after step: Int) -> (removed: [String], warnings: [String]) {
    var removed: [String] = []
    var warnings: [String] = []
    func attempt(_ what: String, _ action: () throws(FileError) -> Void) {
      do {
        try action()
      } catch {
        warnings.append("\(what): \(error)")
      }
    }
    let new = CheckpointName.checkpoint(step: step)
    attempt("the link `last` was not changed") { () throws(FileError) in
      try replaceLink("last", target: new)
    }
    var stored: [Stored] = []
    attempt("older checkpoints were not looked at") { () throws(FileError) in
      stored = try self.stored()
    }
    let best = best(of: stored)
    if let first = best.first {
      attempt("the link `best` was not changed") { () throws(FileError) in
        try replaceLink("best", target: first.name)
      }
    }
    let replaced = CheckpointName.replaced(step: step, pid: pid)
    if fileSystem.kind(of: path(replaced)) != nil {
      attempt("the former \(new.text) was not removed") { () throws(FileError) in
        try removeFolder(replaced)
      }
    }
    for old in surplus(of: stored, best: best, new: new) {
      attempt("\(old.name.text) was not removed") { () throws(FileError) in
        if try discard(old) { removed.append(old.name.text) }
      }
    }
    attempt("removals may not be on the disk yet") { () throws(FileError) in
      try fileSystem.synchronizeFolder(directory)
    }
    return (removed, warnings)
  }

  /// The checkpoints with the best values of the monitored metric, the best first; of equal values
  /// the one written first.
  func best(of stored: [Stored]) -> [Stored] {
    let measured = stored.compactMap { checkpoint -> (Stored, value: Double, sequence: Int)? in
      guard let manifest = checkpoint.manifest, let monitored = manifest.monitored,
        monitored.name == retention.monitor, !monitored.value.isNaN
      else { return nil }
      return (checkpoint, monitored.value, manifest.sequence)
    }
    let sorted = measured.sorted {
      $0.value == $1.value
        ? $0.sequence < $1.sequence : retention.direction.isBetter($0.value, than: $1.value)
    }
    return sorted.prefix(retention.keepBest).map(\.0)
  }

  /// The checkpoints that may go: not among the last, not among the best, not what `best` points
  /// at.
  ///
  /// A folder without a readable manifest stays: what cannot be read cannot be judged.
  private func surplus(of stored: [Stored], best: [Stored], new: CheckpointName) -> [Stored] {
    let readable = stored.filter { $0.manifest != nil }
    let kept =
      [new] + readable.prefix(retention.keepLast).map(\.name) + best.map(\.name)
    let linked = fileSystem.target(ofLink: FilePath.join(directory, "best"))
    return readable.filter { !kept.contains($0.name) && $0.name.text != linked }
  }

  /// Removes a checkpoint under a name that nobody takes for one.
  ///
  /// - Returns: Whether it is gone; it stays where somebody put files of his own into it.
  private func discard(_ old: Stored) throws(FileError) -> Bool {
    let files = try fileSystem.names(in: path(old.name))
    guard files.allSatisfy(Self.fileNames.contains) else { return false }
    let discarded = CheckpointName.discarded(step: old.step, pid: pid)
    try fileSystem.rename(path(old.name), to: path(discarded))
    return try removeFolder(discarded)
  }

  /// Makes `last` or `best` point at a checkpoint, without a moment in which it points nowhere.
  private func replaceLink(_ link: String, target: CheckpointName) throws(FileError) {
    let final = FilePath.join(directory, link)
    let kind = fileSystem.kind(of: final)
    guard kind == nil || kind == .link else {
      throw FileError("replace", final, reason: "it is not a link, so it is not ours")
    }
    if fileSystem.target(ofLink: final) == target.text { return }
    let temporary = path(.linkTemporary(link: link, pid: pid))
    if fileSystem.kind(of: temporary) != nil { try fileSystem.remove(temporary) }
    try fileSystem.createLink(temporary, target: target.text)
    try fileSystem.rename(temporary, to: final)
    try fileSystem.synchronizeFolder(directory)
  }
}
