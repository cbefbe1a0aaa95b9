/// Why a gradient could not be checked.
public enum GradientCheckError: Error, CustomStringConvertible {
  /// The loss has no slope.
  case lossIsNotFinite(Double)
  /// A layer cannot train on so few samples.
  case tooFewSamples(layer: String, needed: Int)

  /// What happened, in words.
  public var description: String {
    switch self {
    case .lossIsNotFinite(let value):
      "the loss is \(value) at the initial parameters, where no gradient can be checked"
        + "\n  hint: normalize the data, or choose smaller initial weights"
    case .tooFewSamples(let layer, let needed):
      "\(layer) needs at least \(needed) samples"
        + "\n  hint: check on more samples, or on data that has more"
    }
  }
}
