internal import Checkpoints
internal import Configuration
internal import Datasets
internal import DurableFiles
internal import Networks
internal import Operators
internal import RunRecords
internal import Training

/// The files of one run, kept by rank 0: record, configuration, metrics, checkpoints.
///
/// As an observer it notes what checkpoints cost.
final class RunFiles: TrainingObserver {
  /// The run's folder.
  let folder: RunFolder
  /// Writes the run's checkpoints.
  let checkpoints: CheckpointWriter
  /// Writes the run's curves.
  let metrics: MetricsObserver
  private var record: RunRecord

  /// Makes a folder for a new run, or opens that of a resumed one.
  ///
  /// What supervises the process learns the folder's path from `runFile`, which is written first.
  ///
  /// - Throws: `RunRecordsError` or `CheckpointError` where the disk refuses.
  init(
    _ configuration: RunConfiguration, description: RunDescription, resumed: ResumedRun?,
    root: String, runFile: String?, host: String, plan: TrainingPlan
  ) throws {
    let launch = RunLaunch(
      started: .now, arguments: Swift.CommandLine.arguments, host: host, ranks: description.ranks,
      workers: description.workers,
      versions: [
        NamedText("lockstep", Lockstep.version), NamedText("oneDNN", ComputeStream.oneDNNVersion),
        NamedText("instruction set", description.instructionSet),
      ])
    folder = try resumed?.folder ?? RunFolder.create(root: root, name: configuration.name)
    if let runFile {
      try FileSystem().replaceFile(runFile, with: Array("\(folder.path)\n".utf8))
    }
    if resumed != nil {
      record = try RunRecord.load(from: folder)
      record.resume(launch)
    } else {
      record = RunRecord(
        name: configuration.name, seed: configuration.seed, data: Self.fingerprints(plan.data),
        launch: launch)
      try FileSystem().replaceFile(
        folder.configurationPath, with: Array(YAMLWriter.text(configuration.resolved).utf8))
    }
    try record.save(to: folder)
    let store = try CheckpointStore.open(
      directory: folder.checkpointsPath, retention: plan.retention)
    checkpoints = CheckpointWriter(store) { [path = folder.metricsPath] in
      try MetricsLog.synchronize(path)
    }
    metrics = MetricsObserver(
      try MetricsLog.open(folder.metricsPath, resumingAt: resumed?.checkpoint.step),
      tensorBoard: try TensorBoardLog(folder: folder),
      metrics: description.metrics)
  }

  /// Hears of an event.
  func handle(_ event: TrainingEvent) {
    guard case .checkpointsCompleted(let pauses) = event else { return }
    record.note(
      CheckpointCost(
        count: pauses.count, pauseSeconds: pauses.seconds, longestPauseSeconds: pauses.longest,
        pauseShare: pauses.share))
  }

  /// Notes how the run ended.
  func end(_ status: RunStatus, reason: String) throws {
    record.end(status, reason: reason)
    try record.save(to: folder)
  }

  private static func fingerprints(_ data: DataSplits) -> [NamedText] {
    var texts = [NamedText("train", data.train.fingerprint())]
    if let validation = data.validation {
      texts.append(NamedText("validation", validation.fingerprint()))
    }
    if let test = data.test { texts.append(NamedText("test", test.fingerprint())) }
    return texts
  }
}
