internal import Configuration
internal import Datasets
internal import DurableFiles
internal import HyperparameterSearch
internal import Optimizers
internal import Options
internal import RunRecords
internal import StudyRecords

/// The files of one study, kept by rank 0.
struct StudyFiles {
  /// The study's folder.
  let folder: StudyFolder
  /// What is written down.
  let store: StudyStore
  /// The trials that the death of a rank was charged to, and how many deaths each has caused.
  private(set) var charged: [(trial: Int, deaths: Int)] = []

  /// Makes a folder for a new study, or opens that of a resumed one.
  ///
  /// Results are only good with the data that gave them, of which a study keeps a fingerprint.
  ///
  /// What supervises the process learns the folder's path from `--run-file`, which is written first.
  ///
  /// - Throws: `StudyRecordsError` where the disk refuses, ``UsageError`` where there is no such study.
  init(
    _ study: StudyConfiguration, data: DataSplits, _ arguments: ParsedArguments
  ) throws {
    let fingerprint = [data.train, data.validation].compactMap { $0?.fingerprint() }
      .joined(separator: " ")
    let root = arguments.required("out")
    let description = StudyDescription(
      name: study.name, direction: study.direction, metric: study.metric.rawValue,
      unit: study.budgetUnit.rawValue, fullBudget: study.fullBudget,
      configuration: YAMLWriter.text(study.identity(fingerprint: fingerprint)))
    if arguments.has("resume") {
      let path = arguments.text("resume") ?? ""
      folder = try StudyFolder.open(path.isEmpty ? Self.newest(in: root, name: study.name) : path)
      try Self.announce(folder, arguments)
      store = try StudyStore.open(folder.recordsPath, space: study.space)
      try study.checkResumes(store.description.configuration, fingerprint: fingerprint)
      try Self.checkLength(store, study)
      try store.update(description)
      charged = try store.takeStock(deadRank: try arguments.integer("dead-rank", in: 0...))
    } else {
      folder = try StudyFolder.create(root: root, name: study.name)
      try Self.announce(folder, arguments)
      store = try StudyStore.create(folder.recordsPath, description, space: study.space)
    }
  }

  /// Refuses to make a study shorter than it has become; trials that only wait are taken off.
  private static func checkLength(_ store: StudyStore, _ study: StudyConfiguration) throws {
    guard let last = try store.trials.last(where: { $0.started != nil }) else { return }
    if last.number >= study.trials {
      throw UsageError(
        "`trials` is \(study.trials), but the study has begun trial \(last.number) already",
        hint: "resume it with at least \(last.number + 1) `trials`", command: "sweep")
    }
    try store.removeTrials(from: study.trials)
  }

  private static func newest(in root: String, name: String) throws -> String {
    guard let newest = try DatedFolder.newest(in: root, name: name) else {
      throw UsageError(
        "there is no study named `\(name)` in \(root) to resume",
        hint: "name its folder: --resume=sweeps/…", command: "sweep")
    }
    return newest
  }

  private static func announce(_ folder: StudyFolder, _ arguments: ParsedArguments) throws {
    guard let file = arguments.text("run-file") else { return }
    try FileSystem().replaceFile(file, with: Array("\(folder.path)\n".utf8))
  }

  /// Writes the training configuration of the best trial, which `lockstep train` brings to the same value.
  func writeBest(_ trial: Trial, of study: StudyConfiguration) throws {
    let text = try TrialConfiguration(store.description).text(
      trial.number, trial.assignment, value: trial.value)
    try FileSystem().replaceFile(folder.bestPath, with: Array(text.utf8))
  }
}

/// The training configurations of a study's trials, ready to be run.
struct TrialConfiguration {
  private let study: StudyDescription
  private let identity: StudyIdentity

  /// Reads how a study was written down.
  init(_ study: StudyDescription) throws(OptionsError) {
    self.study = study
    identity = try StudyIdentity(study.configuration)
  }

  /// The configuration of a trial as YAML, with its value in the first line.
  func text(
    _ number: Int, _ assignment: Assignment, value: Double?
  ) throws(OptionsError) -> String {
    let measured = value.map { ": \(study.metric) \($0)" } ?? ""
    return "# Trial \(number) of the study \(study.name)\(measured)\n"
      + (try identity.runnable(assignment, name: "\(study.name)-trial-\(number)"))
  }

  /// The configuration of a trial that was recorded.
  func text(_ trial: TrialRecord) throws(OptionsError) -> String {
    let assignment = identity.space.parameters.map { trial[$0.name]?.value }
    return try text(trial.number, assignment, value: trial.value)
  }
}
