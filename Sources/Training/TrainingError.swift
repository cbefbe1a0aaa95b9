/// Why a run ended before its time.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
  /// A NaN or an infinity appeared; every rank knows.
  case diverged(step: Int, what: String, tensor: String)
  /// The data and the network do not fit.
  case mismatch(String, hint: String)

  /// What happened, in words.
  public var description: String {
    switch self {
    case .diverged(let step, let what, let tensor):
      "training diverged: the \(what) of step \(step) is not a finite number; it began in \(tensor)"
        + "\n  hint: try a smaller learning rate, `train.clip: {norm: 1.0}`, or normalized data"
    case .mismatch(let message, let hint):
      "\(message)\n  hint: \(hint)"
    }
  }
}
