internal import Checkpoints
internal import DataParallelism
internal import Datasets
internal import GradientChecking
internal import MessagePassing
internal import Options
internal import RunRecords
internal import StudyRecords
internal import Training

/// An error as the user sees it: the text, the exit code, and who else fails with it.
///
/// The one place that knows which error ends the process how.
struct Failure {
  /// The text, with `error:` in front.
  let text: String
  /// How the process ends.
  let exitCode: ExitCode
  /// Who else fails.
  let scope: WorldFailure.Scope

  /// Describes an error.
  init(_ error: any Error) {
    let text = "\(error)"
    self.text = text.hasPrefix("error:") ? text : "error: \(text)"
    switch error {
    case is OptionsError, is Diagnostic, is UsageError:
      (exitCode, scope) = (.usage, .everyRank)
    case is DatasetError:
      (exitCode, scope) = (.data, .everyRank)
    case let error as TrainingError:
      if case .diverged = error { exitCode = .diverged } else { exitCode = .usage }
      scope = .everyRank
    case let error as GradientCheckError:
      if case .tooFewSamples = error { exitCode = .usage } else { exitCode = .failed }
      scope = .everyRank
    case let error as DataParallelismError:
      (exitCode, scope) = Self.classify(error)
    case RunRecordsError.notARunFolder, StudyRecordsError.notAStudy,
      StudyRecordsError.isBeingWritten, StudyRecordsError.contradiction:
      (exitCode, scope) = (.usage, .rank)
    case is ReplicaDriftError:
      (exitCode, scope) = (.rankFailed, .everyRank)
    default:
      (exitCode, scope) = (.failed, .rank)
    }
  }

  private static func classify(_ error: DataParallelismError) -> (ExitCode, WorldFailure.Scope) {
    switch error {
    case .fewerShardsThanRanks, .severalNodes, .disagreement: (.usage, .everyRank)
    case .abandoned: (.rankFailed, .consequence)
    default: (.rankFailed, .rank)
    }
  }

  /// The failure as the world of ranks takes it.
  var inWorld: WorldFailure {
    WorldFailure(exitCode: exitCode.rawValue, text: text, scope: scope)
  }
}
