import Foundation
import Operators
import Tensors
import TestSupport
import Testing

@Suite("Activations")
struct ActivationTests {
  static let inputs: [Float] = [-6, -3.5, -1, -0.25, 0.125, 0.5, 1, 2.75, 4, 6.5, 0.75]

  /// The functions as their papers write them, in double precision.
  static func reference(_ activation: Activation, _ x: Double) -> Double {
    let parameter = Double(activation.parameter)
    let normal = 0.5 * (1 + erf(x / 2.0.squareRoot()))
    let cubic = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    let alpha = 1.6732632423543772
    let scale = 1.0507009873554805
    return switch activation.kind {
    case .linear: x
    case .relu: max(0, x)
    case .leakyReLU: x > 0 ? x : parameter * x
    case .elu: x > 0 ? x : parameter * expm1(x)
    case .selu: scale * (x > 0 ? x : alpha * expm1(x))
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    case .exponential: exp(x)
    case .softplus: log1p(exp(x))
    case .swish: x / (1 + exp(-x))
    case .mish: x * tanh(log1p(exp(x)))
    case .gelu: x * normal
    case .geluTanh: 0.5 * x * (1 + tanh(cubic))
    case .hardSigmoid: min(max(x + 3, 0), 6) / 6
    case .arctan: atan(x)
    case .binaryStep: x >= 0 ? 1 : 0
    }
  }

  @Test("compute their functions, in place too", arguments: Activation.Kind.allCases)
  func forward(kind: Activation.Kind) {
    let activation = Activation(kind)
    let input = FloatStorage(count: Self.inputs.count)
    let output = FloatStorage(count: Self.inputs.count)
    withExtendedLifetime((input, output)) {
      input.view.copy(from: Self.inputs)
      activation.forward(input.view, into: output.view)
      let expected = Self.inputs.map { Float(Self.reference(activation, Double($0))) }
      expectClose(output.view.array, expected, relative: 2e-6, absolute: 1e-6, kind.rawValue)
      activation.forward(input.view, into: input.view)
      #expect(input.view.array == output.view.array)
    }
  }

  @Test("give the derivatives that central differences give", arguments: Activation.Kind.allCases)
  func backward(kind: Activation.Kind) {
    let activation = Activation(kind)
    let count = Self.inputs.count
    let input = FloatStorage(count: count)
    let output = FloatStorage(count: count)
    let gradient = FloatStorage(count: count)
    withExtendedLifetime((input, output, gradient)) {
      input.view.copy(from: Self.inputs)
      activation.forward(input.view, into: output.view)
      gradient.view.fill(with: 3)
      activation.backward(
        saved: activation.derivativeReadsInput ? input.view : output.view,
        gradient: gradient.view, into: gradient.view)
      let h = 1e-5
      let expected = Self.inputs.map { x in
        let above = Self.reference(activation, Double(x) + h)
        let below = Self.reference(activation, Double(x) - h)
        return Float(3 * (above - below) / (2 * h))
      }
      expectClose(gradient.view.array, expected, relative: 2e-5, absolute: 1e-5, kind.rawValue)
    }
  }

  @Test("add up the gradient of the bias over the rows", arguments: Activation.Kind.allCases)
  func bias(kind: Activation.Kind) {
    let activation = Activation(kind)
    let (rows, columns) = (5, 3)
    let saved = FloatStorage(count: rows * columns)
    let gradient = FloatStorage(count: rows * columns)
    let plain = FloatStorage(count: rows * columns)
    let sums = FloatStorage(count: columns)
    withExtendedLifetime((saved, gradient, plain, sums)) {
      for index in 0..<(rows * columns) {
        saved.view[index] = 0.05 * Float(index + 1)
        gradient.view[index] = Float(index % 4) - 1.25
      }
      sums.view.fill(with: .nan)
      activation.backward(saved: saved.view, gradient: gradient.view, into: plain.view)
      activation.backward(
        saved: saved.view, gradient: gradient.view, into: gradient.view, biasGradient: sums.view)
      #expect(gradient.view.array == plain.view.array)
      let expected = (0..<columns).map { column in
        (0..<rows).reduce(Float(0)) { $0 + plain.view[$1 * columns + column] }
      }
      expectClose(sums.view.array, expected)
    }
  }
}

@Suite("Softmax, dropout and whole runs of numbers")
struct RowOperatorTests {
  @Test("softmax rows sum to 1, whatever is added to a row")
  func softmax() {
    let values = FloatStorage(count: 6)
    withExtendedLifetime(values) {
      values.view.copy(from: [1, 2, 3, 101, 102, 103])
      SoftmaxFunction.forward(
        ElementView(values.view), into: ElementView(values.view), columns: 3)
      let row: [Float] = [0.09003057, 0.24472847, 0.66524096]
      expectClose(values.view.array, row + row)
    }
  }

  @Test("softmax's gradient is y (dy - y . dy)")
  func softmaxGradient() {
    let output = FloatStorage(count: 3)
    let gradient = FloatStorage(count: 3)
    withExtendedLifetime((output, gradient)) {
      output.view.copy(from: [0.25, 0.25, 0.5])
      gradient.view.copy(from: [1, 2, 4])
      SoftmaxFunction.backward(
        output: ElementView(output.view), gradient: ElementView(gradient.view),
        into: ElementView(gradient.view), columns: 3)
      // y . dy = 2.75
      expectClose(gradient.view.array, [-0.4375, -0.1875, 0.625])
    }
  }

  @Test("dropout drops its rate, scales the others up, and masks the gradient alike")
  func dropout() {
    let (rows, columns) = (20, 100)
    let values = FloatStorage(count: rows * columns)
    let mask = FloatStorage(count: rows * columns / 4)
    let gradient = FloatStorage(count: rows * columns)
    let ids = (0..<UInt32(rows)).map { $0 * 3 }
    withExtendedLifetime((values, mask, gradient)) {
      values.view.fill(with: 1)
      gradient.view.fill(with: 1)
      unsafe ids.withUnsafeBufferPointer { ids in
        guard let base = ids.baseAddress else { return }
        unsafe DropoutFunction.forward(
          ElementView(values.view), into: ElementView(values.view), mask: mask.view, rows: rows,
          rate: 0.25, key: (1, 2),
          step: 3, layer: 4, sampleIDs: base)
      }
      DropoutFunction.backward(
        gradient: ElementView(gradient.view), mask: mask.view, into: ElementView(gradient.view),
        rate: 0.25)
      let result = values.view.array
      #expect(gradient.view.array == result)
      #expect(Set(result) == [0, 1 / (1 - Float(0.25))])
      // 500 of 2000 on the mean, with a standard deviation of 19.4.
      #expect((420...580).contains(result.count { $0 == 0 }))
    }
  }

  @Test("sums and checks are those of all elements")
  func runs() {
    let values = FloatStorage(count: 5)
    let addend = FloatStorage(count: 5)
    withExtendedLifetime((values, addend)) {
      values.view.copy(from: [1, 2, 3, 4, 5])
      addend.view.copy(from: [10, 20, 30, 40, 50])
      Elementwise.add(addend.view, to: values.view)
      #expect(values.view.array == [11, 22, 33, 44, 55])
      Elementwise.scale(values.view, by: 0.5, clampedTo: 20)
      #expect(values.view.array == [5.5, 11, 16.5, 20, 20])
      #expect(Elementwise.isFinite(values.view))
      for bad in [Float.nan, .infinity, -.infinity] {
        values.view[4] = bad
        #expect(!Elementwise.isFinite(values.view))
      }
    }
  }
}
