import CKernels
import CKernelsLevels
import Testing

/// Whether this CPU runs the AVX-512 versions, so that both can be compared.
var hasBothLevels: Bool {
  unsafe String(cString: ck_instruction_set()) == "x86-64-v4"
}

/// AVX2 and AVX-512 must give the same bits, or a job over unlike nodes would drift.
@Suite(.enabled(if: hasBothLevels, "needs a CPU with AVX-512"))
struct LevelTests {
  /// Runs both versions on zeroed buffers of `count` bfloat16 numbers and compares what they wrote.
  func compare(
    _ what: String, count: Int, _ v3: (inout [UInt16]) -> Void, _ v4: (inout [UInt16]) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var (one, other) = ([UInt16](repeating: 0, count: count), [UInt16](repeating: 0, count: count))
    v3(&one)
    v4(&other)
    #expect(one == other, "\(what)", sourceLocation: sourceLocation)
    #expect(one.contains { $0 != 0 }, "\(what)", sourceLocation: sourceLocation)
  }

  /// Runs both versions on zeroed buffers of `count` floats and compares what they wrote.
  func compare(
    _ what: String, count: Int, _ v3: (inout [Float]) -> Void, _ v4: (inout [Float]) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var (one, other) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    v3(&one)
    v4(&other)
    #expect(bits(one) == bits(other), "\(what)", sourceLocation: sourceLocation)
    #expect(one.contains { $0 != 0 }, "\(what)", sourceLocation: sourceLocation)
  }

  /// A length that leaves a rest for every vector width.
  private let count = 4_096 + 15

  @Test("activations", arguments: activations.indices)
  func activation(index: Int) {
    let (kind, name, alpha) = activations[index]
    for scale: Float in [0.1, 5, 120] {
      let x = numbers(count, seed: 1, scale: scale), dy = numbers(count, seed: 2)
      compare(
        name, count: count,
        { unsafe ck_activation_forward_v3(kind.rawValue, alpha, x, &$0, count) },
        { unsafe ck_activation_forward_v4(kind.rawValue, alpha, x, &$0, count) })
      if kind == CK_BINARY_STEP { continue }
      let saved = savedForBackward(kind, alpha: alpha, x: x)
      compare(
        name, count: count,
        { unsafe ck_activation_backward_v3(kind.rawValue, alpha, saved, dy, &$0, count) },
        { unsafe ck_activation_backward_v4(kind.rawValue, alpha, saved, dy, &$0, count) })
    }
  }

  @Test("sums")
  func sums() {
    let x = numbers(count, seed: 3, scale: 10)
    #expect(unsafe ck_sum_squares_v3(x, count) == ck_sum_squares_v4(x, count))
    for cols in [10, 31, 33, 100] {
      compare(
        "columns", count: cols, { unsafe ck_add_columns_v3(x, &$0, 40, cols) },
        { unsafe ck_add_columns_v4(x, &$0, 40, cols) })
    }
  }

  @Test("softmax", arguments: [10, 16, 65, 128])
  func softmax(cols: Int) {
    let x = numbers(20 * cols, seed: 4, scale: 8), dy = numbers(20 * cols, seed: 5)
    compare(
      "forward", count: x.count, { unsafe ck_softmax_forward_v3(x, &$0, 20, cols) },
      { unsafe ck_softmax_forward_v4(x, &$0, 20, cols) })
    compare(
      "backward", count: x.count, { unsafe ck_softmax_backward_v3(x, dy, &$0, 20, cols) },
      { unsafe ck_softmax_backward_v4(x, dy, &$0, 20, cols) })
  }

  @Test("losses", arguments: [10, 64, 100])
  func losses(classes: Int) {
    let rows = 37
    let x = numbers(rows * classes, seed: 6, scale: 8)
    let t = numbers(rows * classes, seed: 7).map { $0 > 0 ? Float(1) : 0 }
    let labels = (0..<rows).map { Float($0 % classes) }
    let weights = numbers(classes, seed: 8).map { abs($0) + 0.1 }
    var (one, other): ([level_loss], [level_loss]) = ([], [])
    compare(
      "cross entropy", count: x.count,
      {
        one.append(unsafe ck_cross_entropy_v3(x, labels, weights, 0.1, &$0, rows, classes))
      },
      {
        other.append(unsafe ck_cross_entropy_v4(x, labels, weights, 0.1, &$0, rows, classes))
      })
    compare(
      "binary cross entropy", count: x.count,
      { one.append(unsafe ck_binary_cross_entropy_v3(x, t, 2, &$0, x.count)) },
      { other.append(unsafe ck_binary_cross_entropy_v4(x, t, 2, &$0, x.count)) })
    compare(
      "huber", count: x.count, { one.append(unsafe ck_huber_v3(x, t, 0.5, &$0, x.count)) },
      { other.append(unsafe ck_huber_v4(x, t, 0.5, &$0, x.count)) })
    #expect(one.map(\.loss) == other.map(\.loss))
    #expect(one.map(\.absolute_error) == other.map(\.absolute_error))
  }

  @Test("dropout, Adam and normalization")
  func others() {
    let x = numbers(3 * 101, seed: 9), ids: [UInt32] = [4, 5, 6]
    var mask = [UInt8](repeating: 0, count: x.count)
    compare(
      "dropout", count: x.count,
      { unsafe ck_dropout_forward_v3(x, &$0, &mask, 3, 101, 0.4, 1, 2, 3, 4, ids) },
      { unsafe ck_dropout_forward_v4(x, &$0, &mask, 3, 101, 0.4, 1, 2, 3, 4, ids) })
    let adam = level_adam(
      step_size: 0.01, gradient_scale: 0.3, gradient_decay: 0.1, parameter_scale: 0.99,
      mean_share: 0.1, beta2: 0.999, square_share: 0.001, root_scale: 7, epsilon: 1e-8)
    var (w3, m3, v3) = (x, x, x.map(abs)), (w4, m4, v4) = (x, x, x.map(abs))
    for _ in 0..<5 {
      unsafe ck_adam_step_v3(&w3, x, &m3, &v3, x.count, adam)
      unsafe ck_adam_step_v4(&w4, x, &m4, &v4, x.count, adam)
    }
    #expect([w3, m3, v3].map(bits) == [w4, m4, v4].map(bits))
    compare(
      "affine", count: x.count, { unsafe ck_affine_f32_v3(x, &$0, x.count, 0.3, 0.1) },
      { unsafe ck_affine_f32_v4(x, &$0, x.count, 0.3, 0.1) })
  }

  @Test("layer normalization", arguments: [5, 16, 63, 200])
  func layerNorm(cols: Int) {
    let rows = 21
    let x = numbers(rows * cols, seed: 10, scale: 3), dy = numbers(rows * cols, seed: 11)
    let weight = numbers(cols, seed: 12), bias = numbers(cols, seed: 13)
    var (mean, factor) = ([Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows))
    compare(
      "forward", count: x.count,
      {
        unsafe ck_layer_norm_forward_v3(x, weight, bias, 1e-5, &$0, &mean, &factor, rows, cols)
      },
      {
        unsafe ck_layer_norm_forward_v4(x, weight, bias, 1e-5, &$0, &mean, &factor, rows, cols)
      })
    let zeros = [Float](repeating: 0, count: cols)
    var (dweight, dbias, otherWeight, otherBias) = (zeros, zeros, zeros, zeros)
    compare(
      "backward", count: x.count,
      {
        unsafe ck_layer_norm_backward_v3(
          x, weight, mean, factor, dy, &$0, &dweight, &dbias, rows, cols)
      },
      {
        unsafe ck_layer_norm_backward_v4(
          x, weight, mean, factor, dy, &$0, &otherWeight, &otherBias, rows, cols)
      })
    #expect([dweight, dbias].map(bits) == [otherWeight, otherBias].map(bits))
    let ids = (0..<rows).map { Float($0 * 7 % 5) }
    compare(
      "embedding", count: 5 * cols,
      { unsafe ck_embedding_backward_v3(ids, dy, 5, &$0, rows, cols) },
      { unsafe ck_embedding_backward_v4(ids, dy, 5, &$0, rows, cols) })
  }

  @Test("recurrent cells", arguments: [1, 16, 19, 100])
  func recurrent(units: Int) {
    let rows = 9
    let count = rows * units
    let sums = numbers(4 * count, seed: 15, scale: 4), products = numbers(4 * count, seed: 16)
    let before = numbers(count, seed: 17), dh = numbers(count, seed: 18)
    let dy = numbers(2 * count, seed: 19)
    /// Everything that the cells write, forward and backward, one after another.
    func run(
      lstm: (inout [Float], inout [Float], inout [Float]) -> Void,
      lstmBack: (inout [Float], [Float], inout [Float]) -> Void,
      gru: (inout [Float], inout [Float]) -> Void,
      gruBack: (inout [Float], inout [Float], inout [Float]) -> Void,
      rnnBack: ([Float], inout [Float]) -> Void
    ) -> [[UInt32]] {
      var (gates, c, h, dc) = (sums, before, before, dh)
      lstm(&gates, &c, &h)
      let forward = [gates, c, h]
      lstmBack(&gates, c, &dc)
      var (gruGates, gruProducts, gruState, gruFlow) = (sums, products, before, dh)
      gru(&gruGates, &gruState)
      let gruForward = [gruGates, gruState]
      gruBack(&gruGates, &gruProducts, &gruFlow)
      var dz = before
      rnnBack(h, &dz)
      return (forward + [gates, dc] + gruForward + [gruGates, gruProducts, gruFlow, dz]).map(bits)
    }
    let v3 = run(
      lstm: { unsafe ck_lstm_forward_v3(&$0, before, &$1, &$2, rows, units) },
      lstmBack: {
        unsafe ck_lstm_backward_v3(&$0, before, $1, dh, dy, 2 * units, &$2, nil, rows, units)
      },
      gru: { unsafe ck_gru_forward_v3(&$0, products, before, &$1, rows, units) },
      gruBack: {
        unsafe ck_gru_backward_v3(
          &$0, &$1, before, &$2, dy, 2 * units, nil, nil, rows, units)
      },
      rnnBack: { unsafe ck_rnn_backward_v3($0, dh, dy, 2 * units, &$1, nil, rows, units) })
    let v4 = run(
      lstm: { unsafe ck_lstm_forward_v4(&$0, before, &$1, &$2, rows, units) },
      lstmBack: {
        unsafe ck_lstm_backward_v4(&$0, before, $1, dh, dy, 2 * units, &$2, nil, rows, units)
      },
      gru: { unsafe ck_gru_forward_v4(&$0, products, before, &$1, rows, units) },
      gruBack: {
        unsafe ck_gru_backward_v4(
          &$0, &$1, before, &$2, dy, 2 * units, nil, nil, rows, units)
      },
      rnnBack: { unsafe ck_rnn_backward_v4($0, dh, dy, 2 * units, &$1, nil, rows, units) })
    #expect(v3 == v4)
  }

  @Test("the other adaptive optimizers")
  func adaptive() {
    let g = numbers(count, seed: 14)
    struct Buffers {
      var w, a, b, c: [Float]
    }
    func run(_ step: (inout Buffers) -> Void) -> [[UInt32]] {
      var buffers = Buffers(w: g, a: g.map(abs), b: g.map(abs), c: g.map(abs))
      for _ in 0..<5 { step(&buffers) }
      return [buffers.w, buffers.a, buffers.b, buffers.c].map(bits)
    }
    let adam = level_adam(
      step_size: 0.01, gradient_scale: 0.3, gradient_decay: 0.1, parameter_scale: 0.99,
      mean_share: 0.1, beta2: 0.9, square_share: 0.1, root_scale: 7, epsilon: 1e-8)
    #expect(
      run { unsafe ck_adam_amsgrad_step_v3(&$0.w, g, &$0.a, &$0.b, &$0.c, count, adam) }
        == run { unsafe ck_adam_amsgrad_step_v4(&$0.w, g, &$0.a, &$0.b, &$0.c, count, adam) })
    let nadam = level_nadam(
      gradient_scale: 0.3, weight_decay: 0.1, gradient_step: 0.02, mean_step: 0.03,
      mean_share: 0.1, beta2: 0.9, square_share: 0.1, root_scale: 7, epsilon: 1e-8)
    #expect(
      run { unsafe ck_nadam_step_v3(&$0.w, g, &$0.a, &$0.b, count, nadam) }
        == run { unsafe ck_nadam_step_v4(&$0.w, g, &$0.a, &$0.b, count, nadam) })
    let adagrad = level_adagrad(
      learning_rate: 0.1, gradient_scale: 0.3, weight_decay: 0.1, initial: 0.2, epsilon: 1e-10)
    #expect(
      run { unsafe ck_adagrad_step_v3(&$0.w, g, &$0.a, count, adagrad) }
        == run { unsafe ck_adagrad_step_v4(&$0.w, g, &$0.a, count, adagrad) })
    let adadelta = level_adadelta(
      learning_rate: 0.1, gradient_scale: 0.3, weight_decay: 0.1, rho: 0.9, share: 0.1,
      epsilon: 1e-6)
    #expect(
      run { unsafe ck_adadelta_step_v3(&$0.w, g, &$0.a, &$0.b, count, adadelta) }
        == run { unsafe ck_adadelta_step_v4(&$0.w, g, &$0.a, &$0.b, count, adadelta) })
  }

  @Test("layerwise optimizers and penalties")
  func layerwise() {
    let g = numbers(count, seed: 15), w = numbers(count, seed: 16)
    let lamb = level_lamb(
      gradient_scale: 0.3, weight_decay: 0.1, mean_share: 0.1, mean_scale: 3, beta2: 0.9,
      square_share: 0.1, root_scale: 7, epsilon: 1e-6)
    var (g3, m3, v3) = (g, g, g.map(abs)), (g4, m4, v4) = (g, g, g.map(abs))
    unsafe ck_lamb_direction_v3(w, &g3, &m3, &v3, count, lamb)
    unsafe ck_lamb_direction_v4(w, &g4, &m4, &v4, count, lamb)
    #expect([g3, m3, v3].map(bits) == [g4, m4, v4].map(bits))
    compare(
      "descent", count: count, { unsafe ck_descend_v3(&$0, g, count, 0.3) },
      { unsafe ck_descend_v4(&$0, g, count, 0.3) })
    compare(
      "penalty", count: count, { unsafe ck_add_penalty_v3(&$0, w, count, 0.1, 0.3) },
      { unsafe ck_add_penalty_v4(&$0, w, count, 0.1, 0.3) })
  }
}
