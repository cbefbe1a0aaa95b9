import CKernels
import Testing

@Suite struct FusedBiasTests {
  static let shapes: [(rows: Int, cols: Int)] = [
    (0, 5), (1, 1), (3, 2), (4, 10), (7, 16), (33, 10), (5, 31), (9, 32), (6, 33), (3, 64),
    (5, 100), (9, 512), (3, 2_050),
  ]

  @Test(
    "bias and activation in one are the two one after the other", arguments: activations.indices)
  func forward(index: Int) {
    let (kind, name, alpha) = activations[index]
    for (rows, cols) in Self.shapes {
      let x = numbers(rows * cols, seed: 3, scale: 3), bias = numbers(cols, seed: 4)
      let expected = activate(kind, alpha: alpha, x.indices.map { x[$0] + bias[$0 % cols] })
      var y = [Float](repeating: .nan, count: x.count), inPlace = x
      unsafe ck_bias_activation_forward(kind, alpha, x, bias, &y, rows, cols)
      #expect(bits(y) == bits(expected), "\(name) \(rows)x\(cols)")
      unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
        let pointer = buffer.baseAddress
        unsafe ck_bias_activation_forward(kind, alpha, pointer, bias, pointer, rows, cols)
      }
      #expect(bits(inPlace) == bits(expected), "\(name) \(rows)x\(cols) in place")
      unsafe ck_bias_activation_forward(kind, alpha, x, nil, &y, rows, cols)
      #expect(bits(y) == bits(activate(kind, alpha: alpha, x)), "\(name) \(rows)x\(cols) no bias")
    }
  }

  @Test("the bias gradient is the sum in the order of rows", arguments: activations.indices)
  func backward(index: Int) {
    let (kind, name, alpha) = activations[index]
    for (rows, cols) in Self.shapes {
      let x = numbers(rows * cols, seed: 5, scale: 3), dy = numbers(rows * cols, seed: 6)
      let saved = savedForBackward(kind, alpha: alpha, x: x)
      let expected = activateBackward(kind, alpha: alpha, saved: saved, dy: dy)
      var sums = [Float](repeating: 0, count: cols)
      for index in expected.indices { sums[index % cols] += expected[index] }
      var dz = [Float](repeating: .nan, count: dy.count)
      var dbias = [Float](repeating: .nan, count: cols)
      unsafe ck_activation_bias_backward(kind, alpha, saved, dy, &dz, &dbias, rows, cols)
      #expect(bits(dz) == bits(expected), "\(name) \(rows)x\(cols)")
      #expect(bits(dbias) == bits(sums), "\(name) \(rows)x\(cols) bias")
      var inPlace = dy
      unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
        let pointer = buffer.baseAddress
        unsafe ck_activation_bias_backward(kind, alpha, saved, pointer, pointer, &dbias, rows, cols)
      }
      #expect(bits(inPlace) == bits(expected), "\(name) \(rows)x\(cols) in place")
      #expect(bits(dbias) == bits(sums), "\(name) \(rows)x\(cols) in place, bias")
      unsafe ck_activation_bias_backward(kind, alpha, saved, dy, &dz, nil, rows, cols)
      #expect(bits(dz) == bits(expected), "\(name) \(rows)x\(cols) no bias")
    }
  }
}
