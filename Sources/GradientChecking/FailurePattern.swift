/// What a wrong gradient has to do with the right one.
enum FailurePattern: Equatable {
  /// It has elements that were never written, or are no finite numbers.
  case notFinite
  /// It is 0 where it should not be.
  case missing
  /// It is there although the loss does not depend on the tensor.
  case superfluous
  /// It has the wrong sign.
  case flipped
  /// It is some factor of the right one.
  case factor(Double)
  /// Some elements are right, others wrong.
  case partial
  /// None of these.
  case other

  /// How far factors may differ between directions.
  private static let likeness = 0.02

  /// Recognizes the pattern of a tensor that failed.
  init(_ tensor: TensorCheck) {
    let sharp = tensor.measurements.filter { $0.verdict != .inconclusive }
    if sharp.isEmpty {
      self = .notFinite
      return
    }
    let squares = sharp.reduce(0) { $0 + $1.numeric * $1.numeric }
    if sharp.allSatisfy({ abs($0.numeric) <= $0.bound + Self.likeness * $0.scale }) {
      self = .superfluous
      return
    }
    let ratio = sharp.reduce(0) { $0 + $1.analytic * $1.numeric } / squares
    let isConstant = sharp.allSatisfy {
      let allowed = Self.likeness * max(abs($0.analytic), abs($0.numeric)) + 2 * $0.bound
      return abs($0.analytic - ratio * $0.numeric) <= allowed * max(1, abs(ratio))
    }
    if !isConstant {
      let elements = sharp.filter { $0.direction.hasPrefix("element") }
      let right = elements.count { $0.verdict == .passed }
      self = right > 0 && right < elements.count ? .partial : .other
    } else if abs(ratio) < Self.likeness {
      self = .missing
    } else {
      self = abs(ratio + 1) < Self.likeness ? .flipped : .factor(ratio)
    }
  }

  /// The pattern in words that follow "the gradient of x is".
  func text(samples: Int) -> String {
    switch self {
    case .notFinite: "not written everywhere, or not finite"
    case .missing: "0, but the loss does depend on it"
    case .superfluous: "not 0, but the loss does not depend on it"
    case .flipped: "right but for its sign"
    case .factor(let factor): "\(Self.text(of: factor, samples: samples)) what it should be"
    case .partial: "right for some elements and wrong for others"
    case .other: "wrong, by no constant factor"
    }
  }

  /// What to look at.
  func hint(samples: Int) -> String {
    switch self {
    case .notFinite:
      "does backward write all of the gradient, and does every division and logarithm hold?"
    case .missing: "does backward write this gradient, to the right place?"
    case .superfluous: "does forward use this tensor at all, and backward write the right place?"
    case .flipped: "look for a minus sign, or a difference taken the wrong way round"
    case .factor(let factor):
      Self.isAbout(factor, Double(samples)) || Self.isAbout(factor * Double(samples), 1)
        ? "gradients are those of the loss summed over samples, never of its mean"
        : "look for a constant of the derivative, a gradient added twice, or one overwritten "
          + "instead of added"
    case .partial:
      "look at borders: the last rows or columns, strides, offsets, ids that occur twice"
    case .other:
      "look for a term that is left out, a factor that differs by element, or a transposed matrix"
    }
  }

  private static func isAbout(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) < likeness * abs(expected)
  }

  /// `2 times`, `1/4 of`, `1.37 times`.
  private static func text(of factor: Double, samples: Int) -> String {
    let inverse = 1 / factor
    let text: String
    if isAbout(factor, factor.rounded()) {
      text = "\(Int(factor.rounded())) times"
    } else if isAbout(inverse, inverse.rounded()) {
      text = "\(inverse < 0 ? "-" : "")1/\(Int(abs(inverse).rounded())) of"
    } else {
      text = "\((factor * 100).rounded() / 100) times"
    }
    return isAbout(abs(factor), Double(samples)) || isAbout(abs(inverse), Double(samples))
      ? text + " (there are \(samples) samples)" : text
  }
}
