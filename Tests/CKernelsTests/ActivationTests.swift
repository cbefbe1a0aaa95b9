import CKernels
import Testing

@Suite struct ActivationTests {
  @Test("piecewise activations are exact")
  func handCases() {
    let x: [Float] = [-4, -3, -1, 0, 1, 3, 4]
    #expect(activate(CK_LINEAR, x) == x)
    #expect(activate(CK_RELU, x) == [0, 0, 0, 0, 1, 3, 4])
    #expect(activate(CK_LEAKY_RELU, alpha: 0.5, x) == [-2, -1.5, -0.5, 0, 1, 3, 4])
    #expect(activate(CK_BINARY_STEP, x) == [0, 0, 0, 1, 1, 1, 1])
    #expect(activate(CK_HARD_SIGMOID, x) == [0, 0, 2 / 6, 0.5, 4 / 6, 1, 1])
  }

  @Test("at zero, activations are what they are by definition")
  func atZero() {
    for (kind, name, alpha) in activations {
      let y = activate(kind, alpha: alpha, [0])[0]
      switch kind {
      case CK_SIGMOID, CK_HARD_SIGMOID: #expect(y == 0.5, "\(name)")
      case CK_EXPONENTIAL, CK_BINARY_STEP: #expect(y == 1, "\(name)")
      case CK_SOFTPLUS: #expect(abs(y - 0.693_147_18) < 1e-7, "\(name)")
      default: #expect(y == 0, "\(name)")
      }
    }
  }

  @Test("the gradient at a kink is PyTorch's")
  func kinks() {
    let ones = [Float](repeating: 1, count: 3)
    #expect(
      activateBackward(CK_RELU, saved: [-1, 0, 1].map { max($0, 0) }, dy: ones) == [0, 0, 1])
    #expect(
      activateBackward(CK_LEAKY_RELU, alpha: 0.25, saved: [-0.25, 0, 1], dy: ones)
        == [0.25, 0.25, 1])
    #expect(activateBackward(CK_ELU, alpha: 2, saved: [-1, 0, 1], dy: ones) == [1, 2, 1])
    #expect(
      activateBackward(CK_HARD_SIGMOID, saved: [0, 0.5, 1], dy: ones) == [0, Float(1) / 6, 0])
    #expect(activateBackward(CK_BINARY_STEP, saved: [0, 1, 1], dy: ones) == [0, 0, 0])
  }

  @Test("NaN passes through, forward and backward", arguments: activations.indices)
  func notANumber(index: Int) {
    let (kind, _, alpha) = activations[index]
    #expect(activate(kind, alpha: alpha, [.nan])[0].isNaN)
    if kind != CK_BINARY_STEP {
      #expect(activateBackward(kind, alpha: alpha, saved: [0.5], dy: [.nan])[0].isNaN)
    }
  }

  @Test(
    "limits at infinity are right and gradients there are finite", arguments: activations.indices)
  func limits(index: Int) {
    let (kind, name, alpha) = activations[index]
    let x: [Float] = [-.infinity, .infinity, -1e30, 1e30, -100, 100]
    let y = activate(kind, alpha: alpha, x)
    let expected: [Float]
    switch kind {
    case CK_LINEAR: expected = [-.infinity, .infinity]
    case CK_LEAKY_RELU: expected = [-.infinity, .infinity]
    case CK_ELU: expected = [-1.5, .infinity]
    case CK_SELU: expected = [-1.758_099_3, .infinity]
    case CK_SIGMOID, CK_HARD_SIGMOID, CK_BINARY_STEP: expected = [0, 1]
    case CK_TANH: expected = [-1, 1]
    case CK_ARCTAN: expected = [-.pi / 2, .pi / 2]
    default: expected = [0, .infinity]
    }
    #expect(abs(y[0] - expected[0]) < 1e-6 || y[0] == expected[0], "\(name): \(y)")
    #expect(abs(y[1] - expected[1]) < 1e-6 || y[1] == expected[1], "\(name): \(y)")
    let saved = ck_activation_saves_input(kind) ? x : y
    let dx = activateBackward(kind, alpha: alpha, saved: saved, dy: x.map { _ in 1 })
    if kind != CK_EXPONENTIAL {
      #expect(dx.allSatisfy { $0.isFinite && abs($0) < 1.6 }, "\(name): \(dx)")
    }
  }

  @Test("any length, in place or not, gives each element's bits", arguments: activations.indices)
  func lengthsAndPlaces(index: Int) {
    let (kind, _, alpha) = activations[index]
    let x = numbers(140, seed: 1, scale: 4), dy = numbers(140, seed: 2)
    let y = activate(kind, alpha: alpha, x)
    let saved = savedForBackward(kind, alpha: alpha, x: x)
    let dx = activateBackward(kind, alpha: alpha, saved: saved, dy: dy)
    for count in 0...140 {
      #expect(bits(activate(kind, alpha: alpha, Array(x[..<count]))) == bits(Array(y[..<count])))
      var forward = x, backward = dy
      unsafe forward.withUnsafeMutableBufferPointer { buffer in
        unsafe ck_activation_forward(kind, alpha, buffer.baseAddress, buffer.baseAddress, count)
      }
      unsafe backward.withUnsafeMutableBufferPointer { buffer in
        unsafe ck_activation_backward(
          kind, alpha, saved, buffer.baseAddress, buffer.baseAddress, count)
      }
      #expect(bits(forward) == bits(Array(y[..<count]) + Array(x[count...])))
      #expect(bits(backward) == bits(Array(dx[..<count]) + Array(dy[count...])))
    }
  }
}
