/// How far a case's results are from the reference: the worst tensor of each kind.
package struct ConformanceErrors: Sendable {
  /// What is compared.
  package enum Kind: String, Sendable, CaseIterable {
    /// The outputs in training mode with the initial parameters.
    case output
    /// Their loss.
    case loss
    /// The gradients of the parameters.
    case gradient
    /// The gradients of the inputs.
    case inputGradient = "input grad"
    /// Parameters and running statistics after the steps.
    case after
    /// The outputs in inference mode after the steps.
    case outputAfter = "output after"
  }

  /// The worst error of each kind and the tensor that has it; absent where nothing was compared.
  package private(set) var worst: [Kind: (error: Double, tensor: String)] = [:]

  /// Compares a tensor: `max |ours - reference| / max(1e-3, max |reference|)`.
  mutating func compare(_ ours: [Float], _ reference: [Float], _ kind: Kind, tensor: String) {
    var difference = ours.count == reference.count ? 0.0 : Double.infinity
    for (a, b) in zip(ours, reference) {
      let distance = Double(abs(a - b))
      difference = distance.isNaN ? .infinity : max(difference, distance)
    }
    let scale = max(1e-3, reference.map { Double(abs($0)) }.max() ?? 0)
    let error = difference / scale
    if error >= worst[kind]?.error ?? -1 { worst[kind] = (error, tensor) }
  }

  /// The kinds that are further off than allowed.
  ///
  /// - Parameters:
  ///   - tolerance: the largest error allowed.
  ///   - isAdaptive: the optimizer divides by the gradient's size, which makes ten times of it of a rounding
  ///     error where the gradient is near zero.
  /// - Returns: the kinds, in their order; none where the case passes.
  package func failures(tolerance: Double, isAdaptive: Bool) -> [Kind] {
    Kind.allCases.filter { kind in
      guard let error = worst[kind]?.error else { return false }
      let isAfterSteps = kind == .after || kind == .outputAfter
      return !(error <= (isAfterSteps && isAdaptive ? 10 * tolerance : tolerance))
    }
  }
}
