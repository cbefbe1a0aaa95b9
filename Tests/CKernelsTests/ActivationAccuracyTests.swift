import CKernels
import Glibc
import Testing

/// Activations in double, by libm.
private func reference(_ kind: ck_activation, _ alpha: Double, _ x: Double) -> Double {
  let sigmoid = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
  let softplus = max(x, 0) + log1p(exp(-abs(x)))
  let u = 2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
  switch kind {
  case CK_RELU: return max(x, 0)
  case CK_LEAKY_RELU: return x > 0 ? x : alpha * x
  case CK_ELU: return x > 0 ? x : alpha * expm1(x)
  case CK_SELU:
    let scale = 1.0507009873554804934193349852946
    return scale * (x > 0 ? x : 1.6732632423543772848170429916717 * expm1(x))
  case CK_SIGMOID: return sigmoid
  case CK_TANH: return tanh(x)
  case CK_EXPONENTIAL: return exp(x)
  case CK_SOFTPLUS: return softplus
  case CK_SWISH: return x * sigmoid
  case CK_MISH: return x * tanh(softplus)
  case CK_GELU: return x * 0.5 * erfc(-x / 2.0.squareRoot())
  case CK_GELU_TANH: return x * (u >= 0 ? 1 / (1 + exp(-u)) : exp(u) / (1 + exp(u)))
  case CK_HARD_SIGMOID: return min(max(x + 3, 0), 6) / 6
  case CK_ARCTAN: return atan(x)
  default: return x
  }
}

@Suite struct ActivationAccuracyTests {
  /// Inputs of all magnitudes and signs, and a fine grid where functions bend.
  private static let inputs: [Float] = {
    var inputs: [Float] = []
    for pattern in stride(from: UInt32(0x0080_0000), to: 0x7f80_0000, by: 40_961) {
      inputs.append(Float(bitPattern: pattern))
      inputs.append(-Float(bitPattern: pattern))
    }
    inputs += (-100_000...100_000).map { Float($0) * 0.001_003 }
    return inputs
  }()

  /// The errors allowed: units in the last place, and an absolute error that stands for results
  /// that are rounded to 0 because they are, or are near, subnormal.
  ///
  /// The cubic in gelu_tanh's exponent magnifies rounding in its tail, where the value is far
  /// below anything that it is added to.
  private static func allowed(_ kind: ck_activation) -> (ulps: Double, absolute: Double) {
    switch kind {
    case CK_LINEAR, CK_RELU, CK_LEAKY_RELU: (0.5, 0)
    case CK_HARD_SIGMOID: (1, 1e-7)
    case CK_EXPONENTIAL: (2, 3e-38)
    case CK_TANH, CK_ARCTAN, CK_ELU, CK_SELU: (3, 0)
    case CK_SIGMOID, CK_SOFTPLUS: (3, 3e-38)
    case CK_SWISH, CK_MISH: (4, 4e-36)
    case CK_GELU: (7, 4e-36)
    default: (6, 3e-8)
    }
  }

  @Test("forward is within a few units in the last place of libm", arguments: activations.indices)
  func forward(index: Int) {
    let (kind, name, alpha) = activations[index]
    if kind == CK_BINARY_STEP { return }
    let (ulps, absolute) = Self.allowed(kind)
    var worst = (ulps: 0.0, x: Float(0), y: Float(0))
    for (x, y) in zip(Self.inputs, activate(kind, alpha: alpha, Self.inputs)) {
      let exact = reference(kind, Double(alpha), Double(x))
      if Float(exact).isInfinite && y.isInfinite { continue }
      let error = abs(Double(y) - exact)
      if error <= absolute { continue }
      let unit = Double(max(abs(Float(exact)), .leastNormalMagnitude).ulp)
      if !(error / unit <= worst.ulps) { worst = (error / unit, x, y) }
    }
    #expect(worst.ulps <= ulps, "\(name): \(worst)")
  }

  @Test("backward is the slope of the function", arguments: activations.indices)
  func backward(index: Int) {
    let (kind, name, alpha) = activations[index]
    if kind == CK_BINARY_STEP { return }
    let kinks: [Double] = [CK_HARD_SIGMOID].contains(kind) ? [-3, 3] : [0]
    let x = (-4_000...4_000).map { Float($0) * 0.005_003 }
    let saved = savedForBackward(kind, alpha: alpha, x: x)
    let dx = activateBackward(kind, alpha: alpha, saved: saved, dy: x.map { _ in 2 })
    for (x, slope) in zip(x, dx) where !kinks.contains(where: { abs($0 - Double(x)) < 1e-4 }) {
      let step = 1e-5
      let exact =
        (reference(kind, Double(alpha), Double(x) + step)
          - reference(kind, Double(alpha), Double(x) - step)) / step
      // The output's own rounding shows where it is saturated (1 - y * y).
      #expect(abs(Double(slope) - exact) < 1e-6 + 2e-6 * abs(exact), "\(name) at \(x)")
    }
  }
}
