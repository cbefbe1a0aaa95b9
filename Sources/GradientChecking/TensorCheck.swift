public import Tensors

/// What came of checking the gradient of one tensor.
public struct TensorCheck: Sendable {
  /// What holds of a tensor.
  public enum Verdict: String, Sendable {
    /// Differences agree with the backward pass.
    case passed
    /// They do not.
    case failed
    /// They are not sharp enough to tell.
    case inconclusive
    /// There is nothing to check: ids have no gradient.
    case skipped
  }

  /// `dense_1.weight`, or the name of an input.
  public let name: String
  /// The shape; of an input with the batch.
  public let shape: Shape
  /// The layer that the tensor belongs to; nil for an input.
  public let layer: String?
  /// One measurement a direction.
  public let measurements: [Measurement]
  /// What holds.
  public let verdict: Verdict
  /// What a reader must know to believe the verdict; nil where it speaks for itself.
  public let note: String?

  /// The measurement with the largest relative error among those that support the verdict; nil where
  /// nothing was measured.
  public var worst: Measurement? {
    let sharp = measurements.filter { $0.verdict != .inconclusive }
    let candidates = verdict == .inconclusive || sharp.isEmpty ? measurements : sharp
    let failed = candidates.filter { $0.verdict == .failed }
    return (failed.isEmpty ? candidates : failed).max { $0.relativeError < $1.relativeError }
  }

  /// Judges measurements: none may fail, and half must pass.
  init(_ tensor: CheckedTensor, measurements: [Measurement], negligible: Double) {
    name = tensor.name
    shape = tensor.shape
    layer = tensor.layer
    self.measurements = measurements
    let passed = measurements.count { $0.verdict == .passed }
    if measurements.contains(where: { $0.verdict == .failed }) {
      verdict = .failed
    } else {
      verdict = 2 * passed >= measurements.count ? .passed : .inconclusive
    }
    note = Self.note(measurements, verdict: verdict, negligible: negligible)
  }

  /// A tensor that no differences are needed for.
  init(
    name: String, shape: Shape, layer: String?, verdict: Verdict, note: String
  ) {
    self.name = name
    self.shape = shape
    self.layer = layer
    self.verdict = verdict
    self.note = note
    measurements = []
  }

  private static func note(
    _ measurements: [Measurement], verdict: Verdict, negligible: Double
  ) -> String? {
    let kinks = measurements.count { $0.hasKink }
    switch verdict {
    case .passed:
      let isZero = measurements.allSatisfy {
        max(abs($0.analytic), abs($0.numeric)) + $0.bound <= negligible
      }
      return isZero ? "no gradient: the loss hardly depends on it" : nil
    case .inconclusive:
      return kinks * 2 > measurements.count
        ? "kinks of the loss (relu, max) all around: try another --seed or fewer samples"
        : "float32 rounds the loss more than this tensor moves it: try more samples or another --seed"
    case .failed, .skipped: return nil
    }
  }
}
