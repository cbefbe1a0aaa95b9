import CKernels
import Testing

/// A pooling and its definition, element by element.
struct PoolExample: Sendable, CustomStringConvertible {
  var pool: ck_pool

  init(
    _ height: Int, _ width: Int, channels: Int, window: (Int, Int), stride: (Int, Int),
    padding: (Int, Int) = (0, 0)
  ) {
    pool = ck_pool(
      batch: 2, height: height, width: width, channels: channels,
      out_height: (height + 2 * padding.0 - window.0) / stride.0 + 1,
      out_width: (width + 2 * padding.1 - window.1) / stride.1 + 1, window_height: window.0,
      window_width: window.1, stride_height: stride.0, stride_width: stride.1,
      padding_height: padding.0, padding_width: padding.1)
  }

  var inputCount: Int { pool.batch * pool.height * pool.width * pool.channels }
  var outputCount: Int { pool.batch * pool.out_height * pool.out_width * pool.channels }
  var description: String {
    "\(pool.height)x\(pool.width)x\(pool.channels) by \(pool.window_height)x\(pool.window_width)"
      + " / \(pool.stride_height)x\(pool.stride_width)"
      + " + \(pool.padding_height)x\(pool.padding_width)"
  }

  /// For each output, the elements of its window inside the image and their positions in it.
  func windows() -> [[(index: Int, position: Int)]] {
    var windows: [[(index: Int, position: Int)]] = []
    for b in 0..<pool.batch {
      for oh in 0..<pool.out_height {
        for ow in 0..<pool.out_width {
          for c in 0..<pool.channels {
            var window: [(index: Int, position: Int)] = []
            for position in 0..<(pool.window_height * pool.window_width) {
              let h =
                oh * pool.stride_height + position / pool.window_width - pool.padding_height
              let w = ow * pool.stride_width + position % pool.window_width - pool.padding_width
              if 0..<pool.height ~= h && 0..<pool.width ~= w {
                let index = ((b * pool.height + h) * pool.width + w) * pool.channels + c
                window.append((index, position))
              }
            }
            windows.append(window)
          }
        }
      }
    }
    return windows
  }

  /// The element of a window that PyTorch takes as its maximum.
  func winner(_ window: [(index: Int, position: Int)], _ x: [Float]) -> (index: Int, position: Int)
  {
    var best = window[0]
    var maximum = -Float.infinity
    for element in window where x[element.index] > maximum || x[element.index].isNaN {
      best = element
      maximum = x[element.index]
    }
    return best
  }
}

@Suite("Pooling")
struct PoolTests {
  static let channelCounts = [1, 3, 16, 33]

  static func examples(_ channels: Int) -> [PoolExample] {
    [
      PoolExample(6, 8, channels: channels, window: (2, 2), stride: (2, 2)),
      // Rows and columns that no window reaches.
      PoolExample(7, 9, channels: channels, window: (2, 2), stride: (2, 2)),
      PoolExample(7, 11, channels: channels, window: (3, 2), stride: (3, 2)),
      // Overlapping, padded, rectangular, gaps between windows.
      PoolExample(7, 7, channels: channels, window: (3, 3), stride: (2, 2), padding: (1, 1)),
      PoolExample(5, 9, channels: channels, window: (3, 3), stride: (1, 1)),
      PoolExample(6, 5, channels: channels, window: (2, 5), stride: (1, 2), padding: (1, 2)),
      PoolExample(9, 8, channels: channels, window: (2, 1), stride: (4, 3)),
      PoolExample(8, 9, channels: channels, window: (2, 2), stride: (3, 3), padding: (1, 1)),
      PoolExample(4, 3, channels: channels, window: (4, 3), stride: (4, 3)),
      PoolExample(1, 1, channels: channels, window: (1, 1), stride: (1, 1)),
      PoolExample(2, 2, channels: channels, window: (3, 3), stride: (3, 3), padding: (1, 1)),
      // More positions than a byte counts.
      PoolExample(19, 18, channels: channels, window: (17, 17), stride: (1, 1), padding: (2, 2)),
      PoolExample(17, 16, channels: channels, window: (17, 16), stride: (17, 16)),
    ]
  }

  /// Runs the maximum; a window's winner is read as what its size says.
  private func maximum<Element: BitwiseCopyable>(
    _ example: PoolExample, _ type: ck_element_type, x: [Element], dy: [Element]
  ) -> (y: [Element], positions: [Int], dx: [Element]) {
    var pool = example.pool
    var (y, dx, again) = (dy, x, dy)
    let size = unsafe ck_pool_winner_size(&pool)
    var winners = [UInt8](repeating: 0xAA, count: example.outputCount * size)
    unsafe ck_max_pool_forward(type, &pool, x, &y, &winners)
    unsafe ck_max_pool_backward(type, &pool, dy, winners, &dx)
    unsafe ck_max_pool_forward(type, &pool, x, &again, nil)
    unsafe y.withUnsafeBytes { y in
      unsafe again.withUnsafeBytes { again in #expect(unsafe y.elementsEqual(again)) }
    }
    let positions = (0..<example.outputCount).map { i in
      (0..<size).reduce(0) { $0 + Int(winners[i * size + $1]) << (8 * $1) }
    }
    return (y, positions, dx)
  }

  @Test("maxima, their places and gradients are those of the definition", arguments: channelCounts)
  func maximum(channels: Int) {
    for example in Self.examples(channels) {
      // Few values, so that many are equal; some windows hold -infinity only, some NaNs.
      var x = numbers(example.inputCount, seed: 1).map { ($0 * 3).rounded() }
      for index in x.indices where index % 11 < 3 { x[index] = -.infinity }
      for index in stride(from: 5, to: x.count, by: 97) { x[index] = .nan }
      let dy = numbers(example.outputCount, seed: 2)
      let result = maximum(example, CK_FLOAT32, x: x, dy: dy)
      var dx = [Float](repeating: 0, count: x.count)
      var positions: [Int] = []
      var y: [Float] = []
      for (window, d) in zip(example.windows(), dy) {
        let winner = example.winner(window, x)
        y.append(x[winner.index])
        positions.append(winner.position)
        dx[winner.index] += d
      }
      #expect(bits(result.y) == bits(y), "\(example)")
      #expect(result.positions == positions, "\(example)")
      #expect(bits(result.dx) == bits(dx), "\(example)")
      let (x16, dy16) = (rounded(x), rounded(dy))
      let half = maximum(example, CK_BFLOAT16, x: x16, dy: dy16)
      let wide = maximum(example, CK_FLOAT32, x: widened(x16), dy: widened(dy16))
      #expect(half.y == rounded(wide.y) && half.positions == wide.positions, "\(example)")
      #expect(half.dx == rounded(wide.dx), "\(example)")
    }
  }

  private func average<Element: BitwiseCopyable>(
    _ example: PoolExample, _ type: ck_element_type, x: [Element], dy: [Element]
  ) -> (y: [Element], dx: [Element]) {
    var pool = example.pool
    var (y, dx) = (dy, x)
    unsafe ck_average_pool_forward(type, &pool, x, &y)
    unsafe ck_average_pool_backward(type, &pool, dy, &dx)
    return (y, dx)
  }

  @Test("means and their gradients are those of the definition", arguments: channelCounts)
  func average(channels: Int) {
    for example in Self.examples(channels) {
      let x = numbers(example.inputCount, seed: 3), dy = numbers(example.outputCount, seed: 4)
      let result = average(example, CK_FLOAT32, x: x, dy: dy)
      var dx = [Double](repeating: 0, count: x.count)
      for (output, window) in example.windows().enumerated() {
        let mean = window.reduce(0) { $0 + Double(x[$1.index]) } / Double(window.count)
        #expect(abs(Double(result.y[output]) - mean) < 5e-7, "\(example)")
        for (index, _) in window { dx[index] += Double(dy[output]) / Double(window.count) }
      }
      #expect(
        zip(result.dx, dx).allSatisfy { abs(Double($0) - $1) < 5e-7 * (1 + abs($1)) },
        "\(example)")
      let (x16, dy16) = (rounded(x), rounded(dy))
      let half = average(example, CK_BFLOAT16, x: x16, dy: dy16)
      let wide = average(example, CK_FLOAT32, x: widened(x16), dy: widened(dy16))
      #expect(half.y == rounded(wide.y) && half.dx == rounded(wide.dx), "\(example)")
    }
  }

  @Test("nothing is written past the end", arguments: channelCounts)
  func bounds(channels: Int) {
    for example in Self.examples(channels) {
      var pool = example.pool
      let x = numbers(example.inputCount, seed: 5)
      var y = [Float](repeating: 7, count: example.outputCount + 16)
      var winners = [UInt32](repeating: 7, count: example.outputCount + 16)
      var dx = [Float](repeating: 7, count: example.inputCount + 16)
      unsafe ck_max_pool_forward(CK_FLOAT32, &pool, x, &y, &winners)
      unsafe ck_max_pool_backward(CK_FLOAT32, &pool, y, winners, &dx)
      #expect(y.suffix(16).allSatisfy { $0 == 7 } && dx.suffix(16).allSatisfy { $0 == 7 })
      #expect(winners.suffix(16).allSatisfy { $0 == 7 })
      unsafe ck_average_pool_forward(CK_FLOAT32, &pool, x, &y)
      unsafe ck_average_pool_backward(CK_FLOAT32, &pool, y, &dx)
      #expect(y.suffix(16).allSatisfy { $0 == 7 } && dx.suffix(16).allSatisfy { $0 == 7 })
    }
  }
}
