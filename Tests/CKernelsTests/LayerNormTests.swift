import CKernels
import Testing

/// Layer normalization and its gradients in double.
private struct Reference {
  var y: [Double] = []
  var dx: [Double] = []
  var dweight: [Double]
  var dbias: [Double]

  init(x: [Float], weight: [Float], bias: [Float], dy: [Float], epsilon: Double, cols: Int) {
    dweight = Array(repeating: 0, count: cols)
    dbias = dweight
    for start in stride(from: 0, to: x.count, by: cols) {
      let row = x[start..<(start + cols)].map(Double.init)
      let gradient = dy[start..<(start + cols)].map(Double.init)
      let mean = row.reduce(0, +) / Double(cols)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(cols)
      let factor = 1 / (variance + epsilon).squareRoot()
      let normalized = row.map { ($0 - mean) * factor }
      let scaled = zip(gradient, weight).map { $0 * Double($1) }
      let sum = scaled.reduce(0, +) / Double(cols)
      let product = zip(scaled, normalized).reduce(0) { $0 + $1.0 * $1.1 } / Double(cols)
      for c in 0..<cols {
        y.append(normalized[c] * Double(weight[c]) + Double(bias[c]))
        dx.append(factor * (scaled[c] - sum - normalized[c] * product))
        dweight[c] += gradient[c] * normalized[c]
        dbias[c] += gradient[c]
      }
    }
  }
}

@Suite struct LayerNormTests {
  static let widths = [1, 2, 8, 15, 16, 17, 48, 63, 64, 65, 100, 256, 1_000]

  private struct Result {
    var y: [Float]
    var dx: [Float]
    var dweight: [Float]
    var dbias: [Float]
  }

  private func run(
    _ x: [Float], _ weight: [Float], _ bias: [Float], _ dy: [Float], epsilon: Float = 1e-5,
    inPlace: Bool = false
  ) -> Result {
    let (cols, rows) = (weight.count, x.count / weight.count)
    var (y, dx) = (x, dy)
    var (mean, factor) = (
      [Float](repeating: .nan, count: rows), [Float](repeating: .nan, count: rows)
    )
    var (dweight, dbias) = (
      [Float](repeating: .nan, count: cols), [Float](repeating: .nan, count: cols)
    )
    if inPlace {
      unsafe y.withUnsafeMutableBufferPointer { y in
        unsafe ck_layer_norm_forward(
          y.baseAddress, weight, bias, epsilon, y.baseAddress, &mean, &factor, rows, cols)
      }
      unsafe dx.withUnsafeMutableBufferPointer { dx in
        unsafe ck_layer_norm_backward(
          x, weight, mean, factor, dx.baseAddress, dx.baseAddress, &dweight, &dbias, rows, cols)
      }
    } else {
      unsafe ck_layer_norm_forward(x, weight, bias, epsilon, &y, &mean, &factor, rows, cols)
      unsafe ck_layer_norm_backward(
        x, weight, mean, factor, dy, &dx, &dweight, &dbias, rows, cols)
    }
    return Result(y: y, dx: dx, dweight: dweight, dbias: dbias)
  }

  private func isClose(_ a: [Float], _ b: [Double], _ tolerance: Double) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - $1) <= tolerance * (1 + abs($1)) }
  }

  @Test("a row is what one computes by hand")
  func byHand() {
    // Mean 3, variance 4 with epsilon 0: -1, 1, then times weight plus bias.
    let result = run([1, 5], [2, 10], [0.5, 1], [1, 1], epsilon: 0)
    #expect(result.y == [-1.5, 11])
    #expect(result.dweight == [-1, 1] && result.dbias == [1, 1])
    // weight dy = 2, 10: less their mean 6, less the normalized row times (-2 + 10) / 2.
    #expect(result.dx == [0, 0])
    // Without spread there is nothing to divide by but epsilon.
    #expect(run([7, 7, 7, 7], [1, 1, 1, 1], [3, 3, 3, 3], [0, 0, 0, 0]).y == [3, 3, 3, 3])
  }

  @Test("rows of any width follow the definition in double", arguments: widths)
  func definition(cols: Int) {
    let rows = 7
    let x = numbers(rows * cols, seed: 1, scale: 3), dy = numbers(rows * cols, seed: 2)
    let weight = numbers(cols, seed: 3, scale: 2), bias = numbers(cols, seed: 4)
    let expected = Reference(x: x, weight: weight, bias: bias, dy: dy, epsilon: 1e-5, cols: cols)
    let result = run(x, weight, bias, dy)
    #expect(isClose(result.y, expected.y, 1e-6))
    // The error of dx is that of the factor, which is large where two numbers are nearly equal.
    #expect(isClose(result.dx, expected.dx, cols == 2 ? 1e-3 : 2e-6))
    #expect(isClose(result.dweight, expected.dweight, 2e-6))
    #expect(isClose(result.dbias, expected.dbias, 2e-6))
    let inPlace = run(x, weight, bias, dy, inPlace: true)
    #expect(bits(inPlace.y) == bits(result.y) && bits(inPlace.dx) == bits(result.dx))
    #expect(bits(inPlace.dweight) == bits(result.dweight))
  }

  @Test("a large mean does not drown the spread")
  func largeMean() {
    let x = numbers(256, seed: 5).map { $0 + 4_096 }
    let ones = [Float](repeating: 1, count: 256), zeros = [Float](repeating: 0, count: 256)
    let expected = Reference(x: x, weight: ones, bias: zeros, dy: zeros, epsilon: 1e-5, cols: 256)
    #expect(isClose(run(x, ones, zeros, zeros).y, expected.y, 1e-3))
  }

  @Test("a row's result does not depend on the rows around it")
  func alone() {
    let cols = 37
    let x = numbers(4 * cols, seed: 6), dy = numbers(4 * cols, seed: 7)
    let weight = numbers(cols, seed: 8), bias = numbers(cols, seed: 9)
    let all = run(x, weight, bias, dy)
    for row in 0..<4 {
      let range = (row * cols)..<((row + 1) * cols)
      let one = run(Array(x[range]), weight, bias, Array(dy[range]))
      #expect(bits(one.y) == bits(Array(all.y[range])))
      #expect(bits(one.dx) == bits(Array(all.dx[range])))
    }
  }

  @Test("the parameters' gradients are summed in the order of rows, with or without dx")
  func order() {
    let cols = 19
    let x = numbers(9 * cols, seed: 10), dy = numbers(9 * cols, seed: 11, scale: 100)
    let ones = [Float](repeating: 1, count: cols)
    let all = run(x, ones, ones, dy)
    var sums = [Float](repeating: 0, count: cols)
    for i in dy.indices { sums[i % cols] += dy[i] }
    #expect(bits(all.dbias) == bits(sums))
    var (mean, factor) = ([Float](repeating: 0, count: 9), [Float](repeating: 0, count: 9))
    var (y, dweight, dbias) = (x, ones, ones)
    unsafe ck_layer_norm_forward(x, ones, ones, 1e-5, &y, &mean, &factor, 9, cols)
    unsafe ck_layer_norm_backward(x, ones, mean, factor, dy, nil, &dweight, &dbias, 9, cols)
    #expect(bits(dweight) == bits(all.dweight) && bits(dbias) == bits(all.dbias))
  }
}
