internal import Configuration
internal import DurableFiles
internal import HyperparameterSearch
internal import Options
internal import RunRecords
internal import StudyRecords
internal import StudyReports

extension StudySummary {
  /// Takes what is recorded of a study.
  ///
  /// - Parameters:
  ///   - records: the study's records.
  ///   - folder: the study's folder, which the best trial's configuration is in.
  /// - Throws: `StudyRecordsError` where they do not tell enough, `FileError` where the disk refuses.
  init(_ records: StudySnapshot, in folder: StudyFolder) throws {
    let description = records.description
    guard let unit = BudgetUnit(rawValue: description.unit) else {
      throw StudyRecordsError.notAStudy(
        path: folder.path, reason: "its budget is in `\(description.unit)`")
    }
    let setup: StudySetup
    do throws(OptionsError) {
      setup = try StudySetup(recorded: description.configuration)
    } catch {
      let problems = error.problems.map(\.message).joined(separator: "; ")
      throw StudyRecordsError.notAStudy(
        path: folder.path, reason: "its recorded configuration has faults: \(problems)")
    }
    let trials = records.trials.map { record in
      Trial(
        number: record.number,
        assignment: setup.space.parameters.map { record[$0.name]?.value }, state: record.state,
        reports: record.reports)
    }
    self.init(
      name: description.name, period: Self.period(of: records.trials),
      metric: description.metric, unit: unit,
      study: StudyState(
        space: setup.space, direction: description.direction, seed: setup.seed,
        fullBudget: description.fullBudget, trialLimit: max(setup.trialLimit, trials.count),
        trials: trials),
      seconds: Dictionary(uniqueKeysWithValues: records.trials.map { ($0.number, $0.seconds) }),
      sampler: setup.sampler, scheduler: setup.scheduler, concurrency: setup.concurrency,
      bestConfiguration: try Self.text(of: folder.bestPath))
  }

  /// From the first trial's beginning to the last one's end, in local time: `2026-11-30 10:12 to 10:31`.
  private static func period(of trials: [TrialRecord]) -> String {
    let begin = trials.compactMap(\.started).min { $0.seconds < $1.seconds }
    guard let first = begin?.localText.prefix(16) else { return "" }
    let end = trials.compactMap(\.ended).max { $0.seconds < $1.seconds }
    guard let last = end?.localText.prefix(16), last != first else { return String(first) }
    return "\(first) to \(first.prefix(10) == last.prefix(10) ? last.suffix(5) : last)"
  }

  /// The text of a file; nil where there is none.
  private static func text(of path: String) throws(FileError) -> String? {
    let fileSystem = FileSystem()
    guard fileSystem.kind(of: path) == .file else { return nil }
    return String(decoding: try fileSystem.read(path), as: UTF8.self)
  }
}

/// How a study is searched, as its recorded configuration says.
private struct StudySetup {
  let space: SearchSpace
  let seed: UInt64
  let trialLimit: Int
  let concurrency: Int
  let sampler: String
  let scheduler: String

  init(recorded text: String) throws(OptionsError) {
    let diagnostics = Diagnostics()
    let reader = OptionReader(
      try YAMLParser.parse(text, name: "the study's records"), context: "the study",
      diagnostics: diagnostics)
    space = SearchSpace(options: reader.section("space"))
    seed = UInt64(reader.integer("seed", default: 0, in: 0...))
    concurrency = reader.integer(
      "concurrency", default: StudyConfiguration.defaultConcurrency, in: 1...)
    let sampler = reader.value("sampler")
    self.sampler = sampler.map(Self.line) ?? RandomSampler.kind
    scheduler = reader.value("scheduler").map(Self.line) ?? FullTraining.kind
    let limit = sampler.flatMap { SamplerRegistry.decode($0, diagnostics: diagnostics) }?
      .limit(in: space)
    trialLimit = min(reader.integer("trials", in: 1...), limit ?? .max)
    try diagnostics.throwIfAny()
  }

  /// A kind with its options on one line, as it may be written: `asha: {reduction: 3}`.
  private static func line(_ value: OptionValue) -> String {
    guard let entries = value.entries, entries.count == 1 else { return Choice(value).text }
    return "\(entries[0].key): \(Choice(entries[0].value).text)"
  }
}
