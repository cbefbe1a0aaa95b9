internal import DurableFiles
internal import HyperparameterSearch

/// Which trials' checkpoints are on the disk, and which of them stay: those of trials that may still go on, and of the
/// best completed ones.
struct KeptFiles {
  /// Where trials are kept.
  let folder: String
  private let keepBest: Int
  private var present: Set<Int> = []

  /// Looks at what an earlier launch left.
  init(in folder: String, keepBest: Int) throws {
    self.folder = folder
    self.keepBest = keepBest
    let files = FileSystem()
    try files.createFolders(folder)
    present = Set(try files.names(in: folder).compactMap { Int($0) })
  }

  /// Notes that a trial was trained and may have left something.
  mutating func note(_ trial: Int) {
    present.insert(trial)
  }

  /// The value that a completed trial must reach to be among the best; nil while any is.
  func threshold(in study: StudyState) -> Double? {
    let best = study.best(keepBest)
    return best.count == keepBest ? best.last.flatMap { study.trials[$0].value } : nil
  }

  /// Removes what is not needed any more.
  mutating func tidy(_ study: StudyState) throws {
    if present.isEmpty { return }
    let best = study.best(keepBest)
    for number in present where number < study.trials.count {
      let trial = study.trials[number]
      let stays =
        switch trial.state {
        case .running, .paused: true
        case .completed: best.contains(number)
        case .pruned, .failed: false
        }
      if stays { continue }
      try TrialFiles(trial: number, in: folder).remove()
      present.remove(number)
    }
  }
}
