package import DurableFiles
internal import Tensors

/// What can go wrong with checkpoints.
package enum CheckpointError: Error, Sendable, CustomStringConvertible {
  /// The disk has no room for a checkpoint; earlier ones are untouched.
  case diskFull(path: String, needed: Int, available: Int?)
  /// The system refused to read or write; earlier checkpoints are untouched.
  case file(FileError)
  /// A folder holds no checkpoint or a damaged one.
  case invalid(path: String, reason: String)
  /// No checkpoint of a folder is valid.
  case noneValid(directory: String, skipped: [SkippedCheckpoint])
  /// The tensors are those of another model or optimizer.
  case otherTensors(path: String, difference: TensorDifference)
  /// A tensor cannot be read.
  case tensors(SafetensorsError)

  /// The message, with a hint where there is one.
  package var description: String {
    switch self {
    case .diskFull(let path, let needed, let available):
      let free = available.map { "\($0.grouped) are free" } ?? "the disk is full"
      return """
        no room for the checkpoint \(path): it needs \(needed.grouped) bytes, \(free)
          hint: earlier checkpoints are untouched; free some space, or lower checkpoint.keep_last
        """
    case .file(let error):
      return error.description
    case .invalid(let path, let reason):
      return "\(path) is no valid checkpoint: \(reason)"
    case .noneValid(let directory, let skipped):
      if skipped.isEmpty { return "no checkpoint in \(directory)" }
      return "no valid checkpoint in \(directory):"
        + skipped.map { "\n  \($0)" }.joined()
    case .otherTensors(let path, let difference):
      return "\(path) is a checkpoint of another model:\n\(difference)"
    case .tensors(let error):
      return error.description
    }
  }
}

/// A checkpoint that was passed over because it is damaged.
package struct SkippedCheckpoint: Sendable, Equatable, CustomStringConvertible {
  /// The name of its folder: `step-000500`.
  package let name: String
  /// What is wrong with it.
  package let reason: String

  /// The name and what is wrong:
  /// `step-000500: model.safetensors is 1,024 bytes shorter than its manifest says`.
  package var description: String { "\(name): \(reason)" }
}
