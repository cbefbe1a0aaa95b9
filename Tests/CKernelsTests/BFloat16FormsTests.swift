import CKernels
import Testing

/// Each form on bfloat16 must be the kernel on float32 applied to the widened inputs, rounded once.
@Suite("Forms on bfloat16")
struct BFloat16FormsTests {
  /// Sizes around vectors, around a piece, and rows longer than one.
  static let shapes: [(rows: Int, cols: Int)] = [
    (1, 1), (3, 2), (33, 10), (7, 16), (5, 31), (9, 33), (300, 17), (3, 2_048), (2, 5_000),
  ]
  static let bad: [UInt16] = [0x7FC0, 0xFFC0, 0x7F80, 0xFF80, 0x8000, 0x0001]

  /// Numbers of which the first are special, where there is room.
  private func special(_ count: Int, seed: UInt32, scale: Float = 3) -> [UInt16] {
    var x = bfloat16Numbers(count, seed: seed, scale: scale)
    if count > 100 { x.replaceSubrange(0..<Self.bad.count, with: Self.bad) }
    return x
  }

  @Test("activations", arguments: activations.indices)
  func activation(index: Int) {
    let (kind, name, alpha) = activations[index]
    for (rows, cols) in Self.shapes {
      let count = rows * cols
      let x = special(count, seed: 1), dy = bfloat16Numbers(count, seed: 2)
      let y = rounded(activate(kind, alpha: alpha, widened(x)))
      var (out, inPlace) = (dy, x)
      unsafe ck_activation_forward_bf16(kind, alpha, x, &out, count)
      #expect(out == y, "\(name) \(rows)x\(cols)")
      unsafe inPlace.withUnsafeMutableBufferPointer {
        unsafe ck_activation_forward_bf16(kind, alpha, $0.baseAddress, $0.baseAddress, count)
      }
      #expect(inPlace == y, "\(name) \(rows)x\(cols) in place")
      let saved = ck_activation_saves_input(kind) ? bfloat16Numbers(count, seed: 3) : y
      let (wideSaved, wideGradient) = (widened(saved), widened(dy))
      let dx = activateBackward(kind, alpha: alpha, saved: wideSaved, dy: wideGradient)
      unsafe ck_activation_backward_bf16(kind, alpha, saved, dy, &out, count)
      #expect(out == rounded(dx), "\(name) \(rows)x\(cols) backward")

      let bias = numbers(cols, seed: 4)
      var (wide, wideBias) = (wideGradient, [Float](repeating: .nan, count: cols))
      unsafe ck_bias_activation_forward(kind, alpha, widened(x), bias, &wide, rows, cols)
      unsafe ck_bias_activation_forward_bf16(kind, alpha, x, bias, &out, rows, cols)
      #expect(out == rounded(wide), "\(name) \(rows)x\(cols) with bias")
      unsafe ck_bias_activation_forward_bf16(kind, alpha, x, nil, &out, rows, cols)
      #expect(out == y, "\(name) \(rows)x\(cols) without bias")
      unsafe ck_activation_bias_backward(
        kind, alpha, wideSaved, wideGradient, &wide, &wideBias, rows, cols)
      for isInPlace in [false, true] {
        var dbias = [Float](repeating: .nan, count: cols)
        if isInPlace {
          out = dy
          unsafe out.withUnsafeMutableBufferPointer {
            unsafe ck_activation_bias_backward_bf16(
              kind, alpha, saved, $0.baseAddress, $0.baseAddress, &dbias, rows, cols)
          }
        } else {
          unsafe ck_activation_bias_backward_bf16(
            kind, alpha, saved, dy, &out, &dbias, rows, cols)
        }
        #expect(out == rounded(wide), "\(name) \(rows)x\(cols) with bias gradient")
        #expect(bits(dbias) == bits(wideBias), "\(name) \(rows)x\(cols) bias gradient")
      }
      unsafe ck_activation_bias_backward_bf16(kind, alpha, saved, dy, &out, nil, rows, cols)
      #expect(out == rounded(dx), "\(name) \(rows)x\(cols) no bias gradient")
    }
  }

  @Test("products, sums of several, and columns", arguments: shapes)
  func combinations(rows: Int, cols: Int) {
    let count = rows * cols
    var parts = (0..<4).map { special(count, seed: 10 + $0, scale: 300) }
    // Large numbers that cancel, so that the order of the sum shows.
    parts[0] = special(count, seed: 10, scale: 1e10)
    parts[2] = parts[0].map { $0 ^ 0x8000 }
    let wide = parts.map(widened)
    var (out, expected) = (parts[0], wide[0])
    unsafe ck_multiply_bf16(parts[0], parts[1], &out, count)
    unsafe ck_multiply(wide[0], wide[1], &expected, count)
    #expect(out == rounded(expected))
    for number in 1...4 {
      expected = wide[0]
      for part in wide[1..<number] {
        for index in 0..<count { expected[index] += part[index] }
      }
      var storage = Array(parts[..<number].joined())
      unsafe storage.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        let pointers = unsafe (0..<number).map {
          unsafe UnsafePointer<UInt16>?(UnsafePointer(base + $0 * count))
        }
        // Over the last part, so that a part read too late would show.
        unsafe ck_sum_bf16(pointers, number, base + (number - 1) * count, count)
      }
      #expect(Array(storage.suffix(count)) == rounded(expected), "\(number) parts")
    }
    var columns = [UInt16](repeating: 7, count: rows * (cols + 3))
    unsafe columns.withUnsafeMutableBufferPointer {
      unsafe ck_copy_columns_bf16(
        parts[0], cols, $0.baseAddress.map { unsafe $0 + 2 }, cols + 3, rows, cols)
    }
    for row in 0..<rows {
      let start = row * (cols + 3)
      #expect(Array(columns[start..<(start + 2)]) == [7, 7])
      #expect(
        columns[(start + 2)..<(start + 2 + cols)]
          == parts[0][(row * cols)..<((row + 1) * cols)][...])
      #expect(columns[start + 2 + cols] == 7)
    }
  }

  @Test("dropout", arguments: shapes)
  func dropout(rows: Int, cols: Int) {
    let count = rows * cols
    let x = special(count, seed: 20), ids = (0..<UInt32(rows)).map { $0 * 3 + 1 }
    var (y, wide) = (x, widened(x))
    var mask = [UInt8](repeating: 9, count: count), wideMask = mask
    unsafe ck_dropout_forward_bf16(x, &y, &mask, rows, cols, 0.3, 1, 2, 3, 4, ids)
    unsafe ck_dropout_forward(widened(x), &wide, &wideMask, rows, cols, 0.3, 1, 2, 3, 4, ids)
    #expect(y == rounded(wide) && mask == wideMask)
    unsafe ck_dropout_backward_bf16(x, mask, &y, count, 1 / 0.7)
    unsafe ck_dropout_backward(widened(x), mask, &wide, count, 1 / 0.7)
    #expect(y == rounded(wide))
  }

  @Test("softmax", arguments: shapes)
  func softmax(rows: Int, cols: Int) {
    for scale: Float in [1, 50] {
      let x = bfloat16Numbers(rows * cols, seed: 30, scale: scale)
      let dy = bfloat16Numbers(rows * cols, seed: 31)
      var (y, wide) = (x, widened(x))
      unsafe y.withUnsafeMutableBufferPointer {
        unsafe ck_softmax_forward_bf16($0.baseAddress, $0.baseAddress, rows, cols)
      }
      unsafe ck_softmax_forward(widened(x), &wide, rows, cols)
      #expect(y == rounded(wide))
      var (dx, wideGradient) = (dy, wide)
      unsafe dx.withUnsafeMutableBufferPointer {
        unsafe ck_softmax_backward_bf16(y, $0.baseAddress, $0.baseAddress, rows, cols)
      }
      unsafe ck_softmax_backward(widened(y), widened(dy), &wideGradient, rows, cols)
      #expect(dx == rounded(wideGradient))
    }
  }

  @Test("layer normalization", arguments: shapes)
  func layerNorm(rows: Int, cols: Int) {
    let x = bfloat16Numbers(rows * cols, seed: 40), dy = bfloat16Numbers(rows * cols, seed: 41)
    let weight = numbers(cols, seed: 42), bias = numbers(cols, seed: 43)
    let zeros = [Float](repeating: 0, count: rows)
    var (one, other) = ((mean: zeros, factor: zeros), (mean: zeros, factor: zeros))
    var (y, wide) = (x, widened(x))
    unsafe ck_layer_norm_forward_bf16(
      x, weight, bias, 1e-5, &y, &one.mean, &one.factor, rows, cols)
    unsafe ck_layer_norm_forward(
      widened(x), weight, bias, 1e-5, &wide, &other.mean, &other.factor, rows, cols)
    #expect(y == rounded(wide))
    #expect(bits(one.mean) == bits(other.mean) && bits(one.factor) == bits(other.factor))
    var (gradients, wideGradients) = ((weight: bias, bias: bias), (weight: bias, bias: bias))
    var dx = dy
    unsafe dx.withUnsafeMutableBufferPointer {
      unsafe ck_layer_norm_backward_bf16(
        x, weight, one.mean, one.factor, $0.baseAddress, $0.baseAddress, &gradients.weight,
        &gradients.bias, rows, cols)
    }
    unsafe ck_layer_norm_backward(
      widened(x), weight, one.mean, one.factor, widened(dy), &wide, &wideGradients.weight,
      &wideGradients.bias, rows, cols)
    #expect(dx == rounded(wide))
    #expect(bits(gradients.weight) == bits(wideGradients.weight))
    #expect(bits(gradients.bias) == bits(wideGradients.bias))
  }

  @Test("embeddings", arguments: [1, 7, 16, 33])
  func embedding(cols: Int) {
    let weight = numbers(5 * cols, seed: 50), ids: [Float] = [4, 0, 5, 4, .nan, 2, 4]
    let dy = bfloat16Numbers(ids.count * cols, seed: 51)
    var (y, wide) = (dy, widened(dy))
    unsafe ck_embedding_forward_bf16(ids, weight, 5, &y, ids.count, cols)
    unsafe ck_embedding_forward(ids, weight, 5, &wide, ids.count, cols)
    #expect(y == rounded(wide))
    var (sums, wideSums) = (weight, weight)
    unsafe ck_embedding_backward_bf16(ids, dy, 5, &sums, ids.count, cols)
    unsafe ck_embedding_backward(ids, widened(dy), 5, &wideSums, ids.count, cols)
    #expect(bits(sums) == bits(wideSums))
  }
}
