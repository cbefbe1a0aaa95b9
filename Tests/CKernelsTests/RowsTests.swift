import CKernels
import Glibc
import Testing

@Suite struct RowsTests {
  static let widths = [1, 2, 10, 16, 17, 64, 100]

  @Test("softmax follows the definition, also in place", arguments: widths)
  func softmax(cols: Int) {
    let x = numbers(5 * cols, seed: 1, scale: 4)
    var y = x, inPlace = x
    unsafe ck_softmax_forward(x, &y, 5, cols)
    for row in 0..<5 {
      let e = x[(row * cols)..<((row + 1) * cols)].map { exp(Double($0)) }
      for col in 0..<cols {
        #expect(abs(Double(y[row * cols + col]) - e[col] / e.reduce(0, +)) < 3e-7)
      }
    }
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_softmax_forward(buffer.baseAddress, buffer.baseAddress, 5, cols)
    }
    #expect(bits(inPlace) == bits(y))
  }

  @Test("softmax of masked and of large inputs is finite")
  func softmaxExtremes() {
    var y: [Float] = [0, 0, 0]
    unsafe ck_softmax_forward([-.infinity, 1e30, 1e30], &y, 1, 3)
    #expect(y == [0, 0.5, 0.5])
  }

  @Test("softmax backward follows the definition, also in place", arguments: widths)
  func softmaxBackward(cols: Int) {
    let x = numbers(5 * cols, seed: 2, scale: 2), dy = numbers(5 * cols, seed: 3)
    var y = x, dx = x, inPlace = dy
    unsafe ck_softmax_forward(x, &y, 5, cols)
    unsafe ck_softmax_backward(y, dy, &dx, 5, cols)
    for row in 0..<5 {
      let range = (row * cols)..<((row + 1) * cols)
      let dot = range.reduce(0.0) { $0 + Double(y[$1]) * Double(dy[$1]) }
      for i in range {
        #expect(abs(Double(dx[i]) - Double(y[i]) * (Double(dy[i]) - dot)) < 3e-7)
      }
    }
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_softmax_backward(y, buffer.baseAddress, buffer.baseAddress, 5, cols)
    }
    #expect(bits(inPlace) == bits(dx))
  }

  @Test("PReLU with one weight a column", arguments: widths)
  func prelu(cols: Int) {
    if cols == 1 { return }
    let x = numbers(6 * cols, seed: 4), dy = numbers(6 * cols, seed: 5)
    let weight = numbers(cols, seed: 6)
    var y = x, dx = x, dweight = [Float](repeating: .nan, count: cols)
    unsafe ck_prelu_forward(x, weight, cols, &y, 6, cols)
    unsafe ck_prelu_backward(x, weight, cols, dy, &dx, &dweight, 6, cols)
    var sums = [Double](repeating: 0, count: cols)
    for i in x.indices {
      #expect(y[i] == (x[i] > 0 ? x[i] : weight[i % cols] * x[i]))
      #expect(dx[i] == (x[i] > 0 ? dy[i] : weight[i % cols] * dy[i]))
      if x[i] <= 0 { sums[i % cols] += Double(dy[i]) * Double(x[i]) }
    }
    for (value, sum) in zip(dweight, sums) { #expect(abs(Double(value) - sum) < 1e-6) }
  }

  @Test("PReLU with one weight for all, also in place", arguments: [1, 40, 700])
  func sharedPrelu(count: Int) {
    let x = numbers(count, seed: 7), dy = numbers(count, seed: 8)
    var y = x, dx = dy, dweight: [Float] = [.nan]
    unsafe ck_prelu_forward(x, [0.25], 1, &y, 1, count)
    unsafe dx.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_prelu_backward(
        x, [0.25], 1, buffer.baseAddress, buffer.baseAddress, &dweight, 1, count)
    }
    #expect(y == x.map { $0 > 0 ? $0 : 0.25 * $0 })
    #expect(dx == zip(x, dy).map { $0 > 0 ? $1 : 0.25 * $1 })
    let sum = zip(x, dy).reduce(0.0) { $0 + ($1.0 > 0 ? 0 : Double($1.0) * Double($1.1)) }
    #expect(abs(Double(dweight[0]) - sum) < 1e-6 * (1 + abs(sum)))
  }

  @Test("the gradient of PReLU at zero belongs to the weight's side, as in PyTorch")
  func preluAtZero() {
    var dx: [Float] = [9], dweight: [Float] = [9]
    unsafe ck_prelu_backward([0], [0.25], 1, [2], &dx, &dweight, 1, 1)
    #expect(dx == [0.5] && dweight == [0])
  }
}
