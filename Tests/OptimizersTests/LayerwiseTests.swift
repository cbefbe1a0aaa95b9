import Tensors
import Testing

@testable import Optimizers

/// The papers' formulas over one tensor, in double.
private enum LayerwiseReference {
  static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// The parameters after each gradient, by LARS.
  static func lars(_ lars: LARS, _ start: [Double], gradients: [[Double]]) -> [[Double]] {
    var (w, v) = (start, start.map { _ in 0.0 })
    return gradients.map { g in
      let (wn, gn) = (norm(w), norm(g))
      let ratio =
        wn == 0 || gn == 0
        ? 1 : lars.trustCoefficient * wn / (gn + lars.weightDecay * wn + lars.epsilon)
      for i in w.indices {
        v[i] = lars.momentum * v[i] + lars.learningRate * ratio * (g[i] + lars.weightDecay * w[i])
        w[i] -= v[i]
      }
      return w
    }
  }

  /// The parameters after each gradient, by LAMB.
  static func lamb(_ lamb: LAMB, _ start: [Double], gradients: [[Double]]) -> [[Double]] {
    var (w, m, v) = (start, start.map { _ in 0.0 }, start.map { _ in 0.0 })
    var (power1, power2) = (1.0, 1.0)
    return gradients.map { g in
      power1 *= lamb.beta1
      power2 *= lamb.beta2
      let r = w.indices.map { i in
        m[i] = lamb.beta1 * m[i] + (1 - lamb.beta1) * g[i]
        v[i] = lamb.beta2 * v[i] + (1 - lamb.beta2) * g[i] * g[i]
        let root = (v[i] / (1 - power2)).squareRoot() + lamb.epsilon
        return m[i] / (1 - power1) / root + lamb.weightDecay * w[i]
      }
      let (wn, rn) = (norm(w), norm(r))
      let ratio = wn == 0 || rn == 0 ? 1 : wn / rn
      for i in w.indices { w[i] -= lamb.learningRate * ratio * r[i] }
      return w
    }
  }
}

@Suite("Optimizers that scale steps tensor by tensor")
struct LayerwiseTests {
  static let all: [any LayerwiseOptimizer] = [
    LARS(learningRate: 10), LARS(learningRate: 2, momentum: 0, trustCoefficient: 0.02),
    LARS(learningRate: 1, momentum: 0.5, weightDecay: 0.1, trustCoefficient: 0.05, epsilon: 0.1),
    LAMB(learningRate: 0.01), LAMB(learningRate: 0.02, weightDecay: 0),
    LAMB(learningRate: 0.1, beta1: 0.5, beta2: 0.8, epsilon: 1e-3, weightDecay: 0.5),
  ]

  private static func reference(
    _ optimizer: any LayerwiseOptimizer, _ start: [Double], _ gradients: [[Double]]
  ) -> [[Double]] {
    switch optimizer {
    case let lars as LARS: LayerwiseReference.lars(lars, start, gradients: gradients)
    case let lamb as LAMB: LayerwiseReference.lamb(lamb, start, gradients: gradients)
    default: []
    }
  }

  @Test("ten steps follow the papers' formulas", arguments: all.indices)
  func followsReference(index: Int) {
    let optimizer = Self.all[index]
    let start = numbers(37, seed: 1)
    let gradients = (0..<10).map { numbers(37, seed: UInt64(2 + $0)) }
    let run = Run(optimizer, parameters: start)
    let expected = Self.reference(
      optimizer, start.map(Double.init), gradients.map { $0.map(Double.init) })
    var largest = 0.0
    for (step, gradient) in gradients.enumerated() {
      run.step(step + 1, gradient: gradient)
      for (value, other) in zip(run.parameters.view.array, expected[step]) {
        let error = abs(Double(value) - other)
        #expect(error < 4e-6, "\(optimizer), step \(step + 1): \(error)")
      }
      largest = max(
        largest,
        zip(start, run.parameters.view.array).map { abs($0 - $1) }.map(Double.init).max() ?? 0)
    }
    #expect(largest > 1e-3, "the parameters have moved")
  }

  @Test("the first steps are what one computes by hand")
  func byHand() {
    // |w| = 5, |g| = 10: a step of 0.1 x 5 / 10 of the gradient.
    let lars = Run(
      LARS(learningRate: 2, momentum: 0.5, trustCoefficient: 0.1, epsilon: 0), parameters: [3, 4])
    lars.step(1, gradient: [6, 8])
    #expect(isClose(lars.parameters.view.array, [2.4, 3.2]))
    #expect(isClose(lars.buffers[0].view.array, [0.6, 0.8]))
    // |w| = 4; the buffer halves, and 2 x 0.1 x 4 / 1 is added along the gradient.
    lars.step(2, gradient: [1, 0])
    #expect(isClose(lars.parameters.view.array, [1.3, 2.8]))
    // Adam's first direction is the sign, here of length sqrt(2): a step of 0.1 x 5 / sqrt(2).
    let lamb = Run(LAMB(learningRate: 0.1, weightDecay: 0), parameters: [3, 4])
    lamb.step(1, gradient: [1e3, -1])
    #expect(isClose(lamb.parameters.view.array, [2.6464466, 4.3535534]))
  }

  private func isClose(_ a: [Float], _ b: [Float]) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test("a norm of 0 gives the ratio 1")
  func zeroNorms() {
    let lars = Run(LARS(learningRate: 0.5), parameters: [0, 0])
    lars.step(1, gradient: [2, -4])
    #expect(lars.parameters.view.array == [-1, 2])
    let still = Run(LARS(learningRate: 0.5, momentum: 0, weightDecay: 0.5), parameters: [4])
    still.step(1, gradient: [0])
    #expect(still.parameters.view.array == [3])
    let lamb = Run(LAMB(learningRate: 0.5, epsilon: 1e-12), parameters: [0, 0])
    lamb.step(1, gradient: [2, -4])
    #expect(isClose(lamb.parameters.view.array, [-0.5, 0.5]))
    lamb.gradients.view.fill(with: 0)
    let empty = Run(LAMB(), parameters: [0, 0, 0])
    for step in 1...3 { empty.step(step, gradient: [0, 0, 0]) }
    #expect(empty.parameters.view.array == [0, 0, 0])
  }

  @Test("the gradient scale is a factor of the gradient", arguments: all.indices)
  func gradientScale(index: Int) {
    let start = numbers(50, seed: 40)
    let scaled = Run(Self.all[index], parameters: start)
    let plain = Run(Self.all[index], parameters: start)
    for step in 1...3 {
      let gradient = numbers(50, seed: UInt64(50 + step))
      scaled.step(step, gradient: gradient.map { $0 * 8 }, scale: 0.125)
      plain.step(step, gradient: gradient)
    }
    #expect(scaled.parameters.view.array == plain.parameters.view.array)
  }

  @Test("states have PyTorch's names")
  func stateNames() {
    #expect(LARS(learningRate: 1).stateNames == ["momentum_buffer"])
    #expect(LARS(learningRate: 1, momentum: 0).stateNames == [])
    #expect(LAMB().stateNames == ["exp_avg", "exp_avg_sq"])
  }
}
