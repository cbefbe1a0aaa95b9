internal import Options

/// Where a falling learning rate ends.
public enum FinalRate: Sendable, Hashable {
  /// At this share of the optimizer's rate.
  case factor(Double)
  /// At this rate.
  case rate(Double)

  /// Reads `final_factor`, from 0 to 1, or `final`, 0 or more; without both the rate ends at 0.
  init(options: OptionReader) {
    let factor = options.factor("final_factor", default: 0)
    let rate = options.nonNegativeNumber("final", default: 0)
    if options.has("final_factor") && options.has("final") {
      options.reportBoth("final_factor", "final")
    }
    self = options.has("final") ? .rate(rate) : .factor(factor)
  }

  /// The option's name and value.
  var option: (key: String, value: String) {
    switch self {
    case .factor(let factor): ("final_factor", "\(factor)")
    case .rate(let rate): ("final", "\(rate)")
    }
  }

  /// The rate at the end.
  func rate(from base: Double) -> Double {
    switch self {
    case .factor(let factor): base * factor
    case .rate(let rate): rate
    }
  }
}
