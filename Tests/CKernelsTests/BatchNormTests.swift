import CKernels
import Testing

/// Batch normalization and its gradients in double.
private struct Reference {
  var y: [Double] = []
  var dx: [Double] = []
  var dz: [Double] = []
  var mean: [Double]
  var variance: [Double]
  var dweight: [Double]
  var dbias: [Double]

  init(_ example: Example, mask: [Bool]) {
    let channels = example.weight.count
    let rows = example.x.count / channels
    let zeros = [Double](repeating: 0, count: channels)
    (mean, variance, dweight, dbias) = (zeros, zeros, zeros, zeros)
    for (i, x) in example.x.enumerated() { mean[i % channels] += Double(x) / Double(rows) }
    for (i, x) in example.x.enumerated() {
      let distance = Double(x) - mean[i % channels]
      variance[i % channels] += distance * distance / Double(rows)
    }
    let factor = variance.map { 1 / ($0 + 1e-5).squareRoot() }
    let normalized = example.x.enumerated().map { i, x in
      (Double(x) - mean[i % channels]) * factor[i % channels]
    }
    for (i, n) in normalized.enumerated() {
      var v = n * Double(example.weight[i % channels]) + Double(example.bias[i % channels])
      if let addend = example.addend { v += Double(addend[i]) }
      y.append(example.relu ? max(0, v) : v)
      dz.append(mask[i] ? Double(example.dy[i]) : 0)
      dbias[i % channels] += dz[i]
      dweight[i % channels] += dz[i] * n
    }
    for (i, n) in normalized.enumerated() {
      let c = i % channels
      let inner = dz[i] - dbias[c] / Double(rows) - n * dweight[c] / Double(rows)
      dx.append(Double(example.weight[c]) * factor[c] * inner)
    }
  }

  /// n / (n - 1) of the biased variance.
  func unbiased(rows: Int) -> [Double] { variance.map { $0 * Double(rows) / Double(rows - 1) } }
}

private struct Example {
  var x: [Float]
  var dy: [Float]
  var addend: [Float]?
  var relu: Bool
  var weight: [Float]
  var bias: [Float]

  init(rows: Int, channels: Int, relu: Bool, adds: Bool, offset: Float = 0) {
    x = numbers(rows * channels, seed: 1, scale: 2).map { $0 + offset }
    dy = numbers(rows * channels, seed: 2)
    addend = adds ? numbers(rows * channels, seed: 3) : nil
    self.relu = relu
    weight = numbers(channels, seed: 4, scale: 2)
    bias = numbers(channels, seed: 5)
  }
}

/// What the kernels write.
private struct Result<Element> {
  var y: [Element]
  var dx: [Element]
  var daddend: [Element]
  var mean: [Float]
  var factor: [Float]
  var unbiasedVariance: [Float]
  var dweight: [Float]
  var dbias: [Float]
}

/// Runs the kernels on elements of a type.
private func run<Element: BitwiseCopyable>(
  _ example: Example, _ type: ck_element_type, x: [Element], dy: [Element], addend: [Element]?
) -> Result<Element> {
  let channels = example.weight.count
  let rows = x.count / channels
  let nans = [Float](repeating: .nan, count: channels)
  var result = Result(
    y: dy, dx: x, daddend: x, mean: nans, factor: nans, unbiasedVariance: nans, dweight: nans,
    dbias: nans)
  unsafe ck_batch_norm_statistics(
    type, x, 1e-5, &result.mean, &result.factor, &result.unbiasedVariance, rows, channels)
  unsafe addend.withPointer { addend in
    unsafe ck_batch_norm_apply(
      type, example.relu, x, addend, result.mean, result.factor, example.weight, example.bias,
      &result.y, rows, channels)
  }
  let output = example.relu ? result.y : nil
  unsafe output.withPointer { output in
    unsafe ck_batch_norm_backward(
      type, x, output, result.mean, result.factor, example.weight, dy, &result.dx,
      &result.daddend, &result.dweight, &result.dbias, rows, channels)
  }
  return result
}

extension Optional {
  /// Passes a pointer to an array's elements; nil where there is no array.
  fileprivate func withPointer<Element: BitwiseCopyable>(
    _ body: (UnsafeRawPointer?) -> Void
  ) where Wrapped == [Element] {
    if let self {
      unsafe self.withUnsafeBytes { unsafe body($0.baseAddress) }
    } else {
      body(nil)
    }
  }
}

/// Whether all numbers are near, within a share of the largest.
private func isClose(_ a: [Float], _ b: [Double], _ tolerance: Double) -> Bool {
  let scale = b.map(abs).max() ?? 0
  return a.count == b.count
    && zip(a, b).allSatisfy { abs(Double($0) - $1) <= tolerance * (scale + 1e-3) }
}

@Suite("Batch normalization")
struct BatchNormTests {
  static let channelCounts = [1, 3, 8, 16, 17, 64, 100, 513, 1_100]
  static let rowCounts = [2, 3, 31, 64, 257, 2_000]
  static let fusions = [(false, false), (true, false), (false, true), (true, true)]

  @Test("a channel is what one computes by hand")
  func byHand() {
    var example = Example(rows: 4, channels: 1, relu: false, adds: false)
    (example.x, example.dy) = ([1, 1, 5, 5], [1, 0, 0, 0])
    (example.weight, example.bias) = ([2], [0.5])
    let result = run(example, CK_FLOAT32, x: example.x, dy: example.dy, addend: nil)
    #expect(result.mean == [3] && result.unbiasedVariance == [16 / 3])
    #expect(isClose(result.factor, [0.5], 1e-5))
    #expect(isClose(result.y, [-1.5, -1.5, 2.5, 2.5], 1e-5))
    #expect(result.dbias == [1])
    #expect(isClose(result.dweight, [-1], 1e-5))
    // factor weight (dy - 1/4 - n (-1/4)), with n = -1, -1, 1, 1
    #expect(isClose(result.dx, [0.5, -0.5, 0, 0], 1e-5))
  }

  @Test(
    "float32 follows the definition in double", arguments: channelCounts, fusions.indices)
  func definition(channels: Int, fusion: Int) {
    let (relu, adds) = Self.fusions[fusion]
    for rows in Self.rowCounts where rows * channels < 120_000 {
      let example = Example(rows: rows, channels: channels, relu: relu, adds: adds)
      let result = run(
        example, CK_FLOAT32, x: example.x, dy: example.dy, addend: example.addend)
      let expected = Reference(example, mask: result.y.map { !relu || $0 > 0 })
      let name = "\(rows)x\(channels)"
      #expect(isClose(result.mean, expected.mean, 1e-6), "\(name)")
      #expect(isClose(result.unbiasedVariance, expected.unbiased(rows: rows), 2e-6), "\(name)")
      #expect(isClose(result.y, expected.y, 2e-6), "\(name)")
      #expect(result.daddend.map(Double.init) == expected.dz, "\(name)")
      #expect(isClose(result.dbias, expected.dbias, 2e-6), "\(name)")
      // Its terms have either sign and nearly cancel where there is but one channel.
      #expect(isClose(result.dweight, expected.dweight, 1e-5), "\(name)")
      // Of two or three rows, next to nothing remains of dx: the factor magnifies rounding.
      #expect(isClose(result.dx, expected.dx, rows < 4 ? 1e-3 : 5e-6), "\(name)")
    }
  }

  @Test(
    "bfloat16 is float32 on the widened input, rounded once", arguments: channelCounts,
    fusions.indices)
  func bfloat16(channels: Int, fusion: Int) {
    let (relu, adds) = Self.fusions[fusion]
    for rows in [2, 33, 500] where rows * channels < 120_000 {
      let example = Example(rows: rows, channels: channels, relu: relu, adds: adds)
      let (x, dy, addend) = (rounded(example.x), rounded(example.dy), example.addend.map(rounded))
      let half = run(example, CK_BFLOAT16, x: x, dy: dy, addend: addend)
      let float = run(
        example, CK_FLOAT32, x: widened(x), dy: widened(dy), addend: addend.map(widened))
      #expect(half.y == rounded(float.y))
      #expect(bits(half.mean) == bits(float.mean))
      #expect(bits(half.unbiasedVariance) == bits(float.unbiasedVariance))
      // The masks are those of the rounded outputs, which are above 0 where the others are.
      #expect(half.daddend == rounded(float.daddend))
      #expect(half.dx == rounded(float.dx))
      #expect([half.dweight, half.dbias].map(bits) == [float.dweight, float.dbias].map(bits))
    }
  }

  @Test("a huge common offset does not drown the variance", arguments: [1, 3, 16, 100])
  func offset(channels: Int) {
    for rows in [2, 50, 2_000] {
      let example = Example(
        rows: rows, channels: channels, relu: false, adds: false, offset: 1_000)
      let result = run(example, CK_FLOAT32, x: example.x, dy: example.dy, addend: nil)
      let expected = Reference(example, mask: example.x.map { _ in true })
      #expect(isClose(result.mean, expected.mean, 1e-7))
      // The distances are exact: nothing is lost but what the input's own rounding took.
      #expect(isClose(result.unbiasedVariance, expected.unbiased(rows: rows), 2e-6))
      // The mean is rounded to a float, half a step of 6e-5 at 1000.
      if rows > 2 { #expect(isClose(result.y, expected.y, 3e-5)) }
    }
  }

  @Test("nor do rows unlike those before, or a first row unlike all")
  func steps() {
    for (first, jump) in [(Float(1e4), Float(0)), (0, 1e4), (1e4, -1e3)] {
      var example = Example(rows: 20_000, channels: 3, relu: false, adds: false)
      for i in 0..<3 { example.x[i] += first }
      for i in 30_000..<60_000 { example.x[i] += jump }
      let result = run(example, CK_FLOAT32, x: example.x, dy: example.dy, addend: nil)
      let expected = Reference(example, mask: example.x.map { _ in true })
      #expect(isClose(result.mean, expected.mean, 1e-6))
      #expect(isClose(result.unbiasedVariance, expected.unbiased(rows: 20_000), 2e-5))
    }
  }

  @Test("a constant channel has no variance, and a NaN stays in its channel, through a ReLU too")
  func special() {
    var example = Example(rows: 40, channels: 3, relu: true, adds: false)
    for row in 0..<40 { example.x[3 * row] = 0.1 }
    example.x[3 * 17 + 1] = .nan
    let result = run(example, CK_FLOAT32, x: example.x, dy: example.dy, addend: nil)
    #expect(result.mean[0] == 0.1 && result.unbiasedVariance[0] == 0)
    #expect(result.mean[1].isNaN && result.unbiasedVariance[1].isNaN)
    for row in 0..<40 {
      #expect(result.y[3 * row] == max(0, example.bias[0]))
      #expect(result.y[3 * row + 1].isNaN)
      #expect(result.y[3 * row + 2] >= 0)
    }
  }

  @Test("in place is the same", arguments: [3, 100])
  func inPlace(channels: Int) {
    let rows = 300
    let example = Example(rows: rows, channels: channels, relu: true, adds: true)
    let expected = run(
      example, CK_FLOAT32, x: example.x, dy: example.dy, addend: example.addend)
    for overAddend in [false, true] {
      var y = overAddend ? example.addend ?? [] : example.x
      unsafe y.withUnsafeMutableBytes { y in
        unsafe (overAddend ? example.x : example.addend ?? []).withUnsafeBytes { other in
          unsafe ck_batch_norm_apply(
            CK_FLOAT32, true, overAddend ? other.baseAddress : UnsafeRawPointer(y.baseAddress),
            overAddend ? UnsafeRawPointer(y.baseAddress) : other.baseAddress, expected.mean,
            expected.factor, example.weight, example.bias, y.baseAddress, rows, channels)
        }
      }
      #expect(bits(y) == bits(expected.y))
      var (gradient, other) = (example.dy, example.dy)
      var (dweight, dbias) = (expected.mean, expected.mean)
      unsafe gradient.withUnsafeMutableBytes { dy in
        unsafe other.withUnsafeMutableBytes { other in
          unsafe ck_batch_norm_backward(
            CK_FLOAT32, example.x, expected.y, expected.mean, expected.factor, example.weight,
            dy.baseAddress, overAddend ? other.baseAddress : dy.baseAddress,
            overAddend ? dy.baseAddress : other.baseAddress, &dweight, &dbias, rows, channels)
        }
      }
      #expect(bits(gradient) == bits(overAddend ? expected.daddend : expected.dx))
      #expect(bits(other) == bits(overAddend ? expected.dx : expected.daddend))
      #expect([dweight, dbias].map(bits) == [expected.dweight, expected.dbias].map(bits))
    }
    // Without the gradient of the input or of the addend, the rest is the same.
    var (dx, daddend, dweight, dbias) = (example.dy, example.dy, expected.mean, expected.mean)
    unsafe ck_batch_norm_backward(
      CK_FLOAT32, example.x, expected.y, expected.mean, expected.factor, example.weight,
      example.dy, &dx, nil, &dweight, &dbias, rows, channels)
    #expect(bits(dx) == bits(expected.dx) && bits(dweight) == bits(expected.dweight))
    unsafe ck_batch_norm_backward(
      CK_FLOAT32, example.x, expected.y, expected.mean, expected.factor, example.weight,
      example.dy, nil, &daddend, &dweight, &dbias, rows, channels)
    #expect(bits(daddend) == bits(expected.daddend) && bits(dbias) == bits(expected.dbias))
  }

  @Test("inference takes the factors of given variances")
  func inference() {
    var factor = [Float](repeating: .nan, count: 3)
    unsafe ck_batch_norm_factors([4, 0, 0.25], 1e-5, &factor, 3)
    #expect(isClose(factor, [0.49999937, 316.2277660, 1.99996], 1e-6))
  }
}
