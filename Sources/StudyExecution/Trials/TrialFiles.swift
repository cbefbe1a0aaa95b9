internal import Checkpoints
internal import DurableFiles
internal import HyperparameterSearch
internal import JSONText
internal import Synchronization

/// What is kept of one trial on the disk: its last checkpoint, and the values measured until then.
///
/// Nothing is forced to the disk: what a machine's death damages is found out by the checkpoint's hashes, and trained
/// again.
struct TrialFiles: Sendable {
  /// The trial's folder; it is there while there is something in it.
  let path: String
  private static let reportsName = "reports.json"
  private static let fileSystem = FileSystem(synchronizes: false)

  /// The files of a trial in the folder of all trials.
  init(trial: Int, in folder: String) {
    let digits = String(trial)
    path = FilePath.join(
      folder, String(repeating: "0", count: max(0, 5 - digits.count)) + digits)
  }

  /// Its checkpoints.
  var checkpointsPath: String { FilePath.join(path, "checkpoints") }
  private var reportsPath: String { FilePath.join(path, Self.reportsName) }

  /// Whether there is anything.
  var exist: Bool { Self.fileSystem.kind(of: path) == .folder }

  /// Opens the checkpoints to write to.
  func openCheckpoints(_ retention: Retention) throws -> CheckpointStore {
    try CheckpointStore.open(
      directory: checkpointsPath, retention: retention, fileSystem: Self.fileSystem)
  }

  /// The last valid checkpoint, unless it is beyond a step, with the values measured until then.
  ///
  /// - Returns: the checkpoint; nil where there is none of use.
  /// - Throws: `CheckpointError` where the disk cannot be read.
  func checkpoint(upTo step: Int) throws(CheckpointError) -> FoundCheckpoint {
    guard exist else { return FoundCheckpoint() }
    var found = FoundCheckpoint()
    do throws(CheckpointError) {
      let store = CheckpointStore(directory: checkpointsPath, fileSystem: Self.fileSystem)
      let (latest, skipped) = try store.loadLatestValid()
      found.damaged = skipped.map { "checkpoint \($0)" }
      if latest.step <= step { found.checkpoint = latest }
    } catch {
      guard case .noneValid(_, let skipped) = error else { throw error }
      found.damaged = skipped.map { "checkpoint \($0)" }
    }
    guard let checkpoint = found.checkpoint else { return found }
    do {
      found.measurements = try measurements(upTo: checkpoint.step)
    } catch {
      // Without the values before it the checkpoint is of no use.
      found.checkpoint = nil
      found.damaged.append("\(reportsPath): \(error)")
    }
    return found
  }

  /// Writes the values measured so far, so that a checkpoint never is without those before it.
  func write(_ measurements: [Measurement]) throws {
    let json = JSONValue.array(
      measurements.map {
        .array([.integer(Int64($0.step)), .integer(Int64($0.budget)), .number($0.value)])
      })
    try Self.fileSystem.replaceFile(reportsPath, with: Array(json.text().utf8))
  }

  /// The values measured up to a step.
  ///
  /// - Throws: where the file cannot be read; `JSONError` where it is damaged.
  private func measurements(upTo step: Int) throws -> [Measurement] {
    let items = try JSONValue.parse(Self.fileSystem.read(reportsPath)).array ?? []
    return try items.map { item in
      guard let numbers = item.array, numbers.count == 3, let step = numbers[0].integer,
        let budget = numbers[1].integer, let value = numbers[2].number
      else { throw JSONError("\(reportsPath) holds no list of steps, budgets and values") }
      return Measurement(step: step, budget: budget, value: value)
    }.filter { $0.step <= step }
  }

  /// Removes everything; what somebody else put there stays.
  func remove() throws {
    guard exist else { return }
    if Self.fileSystem.kind(of: checkpointsPath) == .folder {
      try CheckpointStore(directory: checkpointsPath, fileSystem: Self.fileSystem).removeAll()
    }
    // What a killed process was writing has the same name with more behind it.
    for name in try Self.fileSystem.names(in: path) where name.hasPrefix(Self.reportsName) {
      try Self.fileSystem.remove(FilePath.join(path, name))
    }
    if try Self.fileSystem.names(in: path).isEmpty { try Self.fileSystem.removeFolder(path) }
  }
}

/// What there is of a trial's checkpoints.
struct FoundCheckpoint {
  /// The last one of use.
  var checkpoint: LoadedCheckpoint?
  /// The values measured until then.
  var measurements: [Measurement] = []
  /// What is damaged, and why.
  var damaged: [String] = []
}

/// A value of the study's metric at a step of a trial.
struct Measurement: Sendable, Equatable {
  /// Steps done.
  var step: Int
  /// The budget that they are, in whole units.
  var budget: Int
  /// The value.
  var value: Double
}
