internal import Checkpoints
internal import Configuration
internal import Datasets
internal import HyperparameterSearch
internal import MessagePassing
internal import Networks
internal import Optimizers
internal import Options
internal import Training

/// Trains parts of trials on a group of ranks.
///
/// Every rank of the group has one and is given the same orders; the first of them keeps the files.
final class TrialTraining {
  private let study: StudyConfiguration
  private let group: World
  private let trialsFolder: String
  private let cache: DataCache
  /// Hears of each step; on rank 0 of the job alone.
  private let observer: (any TrainingObserver)?

  /// Prepares to train.
  ///
  /// - Parameters:
  ///   - study: what is searched.
  ///   - group: the ranks that train together.
  ///   - cache: keeps the data from trial to trial.
  ///   - trialsFolder: where trials are kept.
  ///   - observer: hears of each step; nil for nobody.
  init(
    _ study: StudyConfiguration, group: World, cache: DataCache, trialsFolder: String,
    observer: (any TrainingObserver)?
  ) {
    self.study = study
    self.group = group
    self.cache = cache
    self.trialsFolder = trialsFolder
    self.observer = observer
  }

  /// Whether this rank keeps the group's files.
  private var leads: Bool { group.rank == 0 }

  /// Does a job.
  ///
  /// Collective over the group.
  ///
  /// - Returns: what came of it; the reports are known to the group's first rank alone.
  /// - Throws: what ends the study: a rank that failed, a disk that is full.
  func train(_ order: JobOrder) throws -> JobReport {
    let begin = Clock.now
    var run: TrialRun?
    var report: JobReport
    do {
      let made = try TrialRun(order, study: study, group: group, cache: cache, files: files(order))
      run = made
      report = try made.train(observer)
    } catch let error where Self.isOfTrial(error) {
      let reports = run?.reports ?? []
      report = JobReport(
        job: order.job.number, outcome: .done(.failed(reports, reason: Self.reason(error))),
        steps: run?.steps ?? 0, seconds: 0)
    }
    try run?.close()
    report.seconds = Clock.now - begin
    return report
  }

  private func files(_ order: JobOrder) -> TrialFiles {
    TrialFiles(trial: order.job.trial, in: trialsFolder)
  }

  /// Whether an error is the trial's own, and met by all ranks of the group at the same place.
  private static func isOfTrial(_ error: any Error) -> Bool {
    switch error {
    case is TrainingError, is OptionsError, is DatasetError: true
    default: false
    }
  }

  /// The first line of an error: what is wrong, without place and hint.
  private static func reason(_ error: any Error) -> String {
    if let problem = (error as? OptionsError)?.problems.first { return problem.message }
    let text = "\(error)".split(separator: "\n").first.map(String.init) ?? "\(error)"
    return text.hasPrefix("error: ") ? String(text.dropFirst(7)) : text
  }
}
