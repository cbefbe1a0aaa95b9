import CKernels
import Glibc
import Testing

/// The losses over elements, with their definitions in double.
enum ElementLoss: CaseIterable {
  case binary, weightedBinary, huber, shortHuber, squared, absolute, hinge

  var positiveWeight: Double { self == .weightedBinary ? 3 : 1 }
  var delta: Double { self == .shortHuber ? 0.5 : 1 }

  @unsafe private func call(
    _ x: UnsafePointer<Float>, _ t: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>?,
    _ count: Int
  ) -> ck_loss_result {
    switch self {
    case .binary, .weightedBinary:
      unsafe ck_binary_cross_entropy(x, t, Float(positiveWeight), dx, count)
    case .huber, .shortHuber: unsafe ck_huber(x, t, Float(delta), dx, count)
    case .squared: unsafe ck_mean_squared_error(x, t, dx, count)
    case .absolute: unsafe ck_mean_absolute_error(x, t, dx, count)
    case .hinge: unsafe ck_hinge(x, t, dx, count)
    }
  }

  func evaluate(_ x: [Float], _ t: [Float]) -> ck_loss_result {
    unsafe call(x, t, nil, x.count)
  }

  func run(_ x: [Float], _ t: [Float]) -> (result: ck_loss_result, gradient: [Float]) {
    var gradient = [Float](repeating: .nan, count: x.count)
    return (unsafe call(x, t, &gradient, x.count), gradient)
  }

  func runInPlace(_ x: [Float], _ t: [Float]) -> (result: ck_loss_result, gradient: [Float]) {
    var memory = x
    let result = unsafe memory.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe call($0, t, $0, x.count) }
    }
    return (result ?? ck_loss_result(), memory)
  }

  func loss(_ x: Double, _ t: Double) -> Double {
    let size = abs(x - t)
    switch self {
    case .binary, .weightedBinary:
      let rest = log1p(exp(-abs(x)))
      return positiveWeight * t * (rest + max(-x, 0)) + (1 - t) * (rest + max(x, 0))
    case .huber, .shortHuber:
      return size <= delta ? size * size / 2 : delta * (size - delta / 2)
    case .squared: return size * size
    case .absolute: return size
    case .hinge: return max(0, 1 - x * t)
    }
  }

  func gradient(_ x: Double, _ t: Double) -> Double {
    switch self {
    case .binary, .weightedBinary:
      return (1 - t) / (1 + exp(-x)) - positiveWeight * t / (1 + exp(x))
    case .huber, .shortHuber: return min(max(x - t, -delta), delta)
    case .squared: return 2 * (x - t)
    case .absolute: return x > t ? 1 : (x < t ? -1 : 0)
    case .hinge: return 1 - x * t > 0 ? -t : 0
    }
  }

  func targets(_ count: Int) -> [Float] {
    let values = numbers(count, seed: 8, scale: 2)
    switch self {
    case .binary, .weightedBinary: return values.map { $0 > 0.5 ? 1 : ($0 > 0.2 ? 0.25 : 0) }
    case .hinge: return values.map { $0 > 0 ? 1 : -1 }
    default: return values
    }
  }
}

@Suite struct LossTests {
  @Test(
    "loss and gradient follow the definition", arguments: ElementLoss.allCases,
    [0, 1, 31, 77, 1_500])
  func followsDefinition(loss: ElementLoss, count: Int) {
    let x = numbers(count, seed: 7, scale: 3), t = loss.targets(count)
    let (result, gradient) = loss.run(x, t)
    let pairs = zip(x.map(Double.init), t.map(Double.init))
    let expected = pairs.reduce(0) { $0 + loss.loss($1.0, $1.1) }
    #expect(abs(result.loss - expected) <= 1e-6 * expected)
    #expect(result.weight == Double(count))
    for (value, pair) in zip(gradient, pairs) {
      #expect(abs(Double(value) - loss.gradient(pair.0, pair.1)) < 1e-6, "\(pair)")
    }
    #expect(loss.evaluate(x, t).loss == result.loss)
  }

  @Test("a gradient may be written over the outputs", arguments: ElementLoss.allCases)
  func inPlace(loss: ElementLoss) {
    let x = numbers(1_100, seed: 7, scale: 3), t = loss.targets(1_100)
    let (result, gradient) = loss.run(x, t), inPlace = loss.runInPlace(x, t)
    #expect(inPlace.result.loss == result.loss)
    #expect(bits(inPlace.gradient) == bits(gradient))
  }

  @Test("regressions count squared and absolute errors")
  func errors() {
    for result in [
      unsafe ck_mean_squared_error([1, 2, 3], [1, 4, 0], nil, 3),
      unsafe ck_mean_absolute_error([1, 2, 3], [1, 4, 0], nil, 3),
      unsafe ck_huber([1, 2, 3], [1, 4, 0], 1, nil, 3),
    ] {
      #expect(result.squared_error == 13)
      #expect(result.absolute_error == 5)
    }
  }

  @Test("binary cross entropy counts the errors of the sigmoid, whatever a positive weighs")
  func probabilityErrors() {
    // Sigmoids of 0 and log 3 are 1/2 and 3/4.
    let logits: [Float] = [0, 1.0986123, -1.0986123]
    for weight: Float in [1, 3] {
      let result = unsafe ck_binary_cross_entropy(logits, [1, 0.25, 0], weight, nil, 3)
      #expect(abs(result.squared_error - (0.25 + 0.25 + 0.0625)) < 1e-6)
      #expect(abs(result.absolute_error - (0.5 + 0.5 + 0.25)) < 1e-6)
    }
  }

  @Test("classifiers count what is right")
  func correct() {
    let logits: [Float] = [1, -1, 2, 0, 0]
    #expect(
      unsafe ck_binary_cross_entropy(logits, [1, 1, 0, 0, 1], 1, nil, 5).correct == 2)
    #expect(unsafe ck_hinge(logits, [1, 1, -1, -1, 1], nil, 5).correct == 2)
  }

  @Test("saturated logits stay finite")
  func saturated() {
    var gradient: [Float] = [0, 0, 0, 0]
    let result = unsafe ck_binary_cross_entropy(
      [1e4, -1e4, 1e4, -1e4], [1, 0, 0, 1], 1, &gradient, 4)
    #expect(result.loss == 2e4)
    #expect(gradient == [0, 0, 1, -1])
  }

  @Test("NaN in one element is NaN in the loss", arguments: ElementLoss.allCases)
  func notANumber(loss: ElementLoss) {
    var x = numbers(600, seed: 9)
    x[555] = .nan
    #expect(loss.evaluate(x, loss.targets(600)).loss.isNaN)
  }
}
