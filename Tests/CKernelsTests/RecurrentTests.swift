import CKernels
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// One step of the cells; `NetworksTests` holds whole sequences to a reference.
@Suite struct RecurrentTests {
  private static let widths = [1, 5, 16, 19, 64, 100]
  private let rows = 4

  private func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }

  private func isClose(_ a: [Float], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - $1) <= 1e-6 * (1 + abs($1)) }
  }

  @Test("a step of long short-term memory follows its definition in double", arguments: widths)
  func lstm(units: Int) {
    let sums = numbers(4 * rows * units, seed: 1, scale: 6)
    let before = numbers(rows * units, seed: 2, scale: 2)
    var gates = sums
    var (c, h) = (before.map { _ in Float.nan }, before.map { _ in Float.nan })
    unsafe ck_lstm_forward(&gates, before, &c, &h, rows, units)
    var (cells, states): ([Double], [Double]) = ([], [])
    for r in 0..<rows {
      for k in 0..<units {
        func sum(_ gate: Int) -> Float { sums[(4 * r + gate) * units + k] }
        let cell =
          sigmoid(sum(1)) * Double(before[r * units + k]) + sigmoid(sum(0)) * tanh(Double(sum(2)))
        cells.append(cell)
        states.append(sigmoid(sum(3)) * tanh(cell))
      }
    }
    #expect(isClose(c, cells) && isClose(h, states))
    let activations = sums.indices.map { i in
      i / units % 4 == 2 ? tanh(Double(sums[i])) : sigmoid(sums[i])
    }
    #expect(isClose(gates, activations))
  }

  @Test("a step of a gated unit follows its definition in double", arguments: widths)
  func gru(units: Int) {
    let sums = numbers(3 * rows * units, seed: 3, scale: 3)
    let products = numbers(3 * rows * units, seed: 4, scale: 3)
    let before = numbers(rows * units, seed: 5)
    var gates = sums
    var h = before.map { _ in Float.nan }
    unsafe ck_gru_forward(&gates, products, before, &h, rows, units)
    var states: [Double] = []
    for r in 0..<rows {
      for k in 0..<units {
        let at = { (3 * r + $0) * units + k }
        let reset = sigmoid(sums[at(0)] + products[at(0)])
        let update = sigmoid(sums[at(1)] + products[at(1)])
        let new = tanh(Double(sums[at(2)]) + reset * Double(products[at(2)]))
        states.append((1 - update) * new + update * Double(before[r * units + k]))
      }
    }
    #expect(isClose(h, states))
  }

  /// What a backward pass wrote: the gates, what flows on, and the sums for the biases.
  private struct Backward {
    var gates: [Float]
    var flow: [Float]
    var bias: [Float]
  }

  @Test(
    "gradients from above may come in longer rows, and the biases' are the sums over rows",
    arguments: widths)
  func strides(units: Int) {
    let stride = units + 7
    let dh = numbers(rows * units, seed: 6), before = numbers(rows * units, seed: 7)
    let wide = numbers(rows * stride, seed: 8)
    let narrow = (0..<(rows * units)).map { wide[$0 / units * stride + $0 % units] }
    func check(_ gateCount: Int, _ run: ([Float], Int, Bool) -> Backward) {
      let expected = run(narrow, units, true)
      let strided = run(wide, stride, true)
      #expect(bits(strided.gates) == bits(expected.gates))
      #expect(bits(strided.flow) == bits(expected.flow))
      var sums = [Float](repeating: 1, count: gateCount * units)
      for i in expected.gates.indices { sums[i % sums.count] += expected.gates[i] }
      #expect(bits(strided.bias) == bits(sums))
      let without = run(wide, stride, false)
      #expect(bits(without.gates) == bits(expected.gates))
      #expect(without.bias.allSatisfy { $0 == 1 })
    }
    check(1) { dy, stride, hasBias in
      var dz = dh, bias = [Float](repeating: 1, count: units)
      unsafe bias.withUnsafeMutableBufferPointer { bias in
        unsafe ck_rnn_backward(
          before, dh, dy, stride, &dz, hasBias ? bias.baseAddress : nil, rows, units)
      }
      return Backward(gates: dz, flow: [], bias: bias)
    }
    let activated = numbers(4 * rows * units, seed: 9).map { abs($0) }
    check(4) { dy, stride, hasBias in
      var gates = activated, dc = before, bias = [Float](repeating: 1, count: 4 * units)
      unsafe bias.withUnsafeMutableBufferPointer { bias in
        unsafe ck_lstm_backward(
          &gates, before, before, dh, dy, stride, &dc, hasBias ? bias.baseAddress : nil, rows,
          units)
      }
      return Backward(gates: gates, flow: dc, bias: bias)
    }
    for takesProducts in [false, true] {
      check(3) { dy, stride, hasBias in
        var gates = Array(activated.prefix(3 * rows * units)), products = gates
        var flow = dh, bias = [Float](repeating: 1, count: 3 * units)
        unsafe bias.withUnsafeMutableBufferPointer { bias in
          let sums = hasBias ? bias.baseAddress : nil
          unsafe ck_gru_backward(
            &gates, &products, before, &flow, dy, stride, takesProducts ? nil : sums,
            takesProducts ? sums : nil, rows, units)
        }
        return Backward(gates: takesProducts ? products : gates, flow: flow, bias: bias)
      }
    }
  }
}
