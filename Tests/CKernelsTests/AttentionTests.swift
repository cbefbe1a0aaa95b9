import CKernels
import CKernelsLevels
import Testing

/// A problem of attention with packed rows [batch, time, 3 features], and what was computed of it.
private struct Problem {
  var shape: ck_attention_shape
  var rate: Float = 0
  var ids: [UInt32]
  var rows: [Float]
  var dy: [Float]

  init(
    batch: Int = 2, heads: Int = 2, size: Int, time: Int, isCausal: Bool, rate: Float = 0
  ) {
    shape = ck_attention_shape(
      batch: batch, heads: heads, head_size: size, queries: time, keys: time, is_causal: isCausal)
    self.rate = rate
    ids = (0..<UInt32(batch)).map { 5 + 3 * $0 }
    rows = numbers(batch * time * heads * size * 3, seed: 1, scale: 3)
    dy = numbers(batch * time * heads * size, seed: 2)
  }

  struct Result: Equatable {
    /// Bits, so that NaN equals itself.
    var y: [UInt32]
    var statistics: [UInt32]
    var gradients: [UInt32]
  }

  typealias Forward = (
    UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer, UnsafeMutablePointer<Float>,
    UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>
  ) -> Void
  typealias Backward = (
    UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer, UnsafePointer<Float>,
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafeRawPointer, UnsafeMutablePointer<Float>
  ) -> Void

  /// Computes everything, the gradients in place of the rows or beside them.
  func run(forward: Forward, backward: Backward, inPlace: Bool = true) -> Result {
    var shape = shape
    let features = shape.heads * shape.head_size
    var y = [Float](repeating: .nan, count: dy.count)
    var statistics = [Float](
      repeating: .nan, count: 2 * shape.batch * shape.heads * shape.queries)
    let scratchCount = unsafe max(
      ck_attention_forward_scratch(&shape), ck_attention_backward_scratch(&shape))
    // Garbage in the scratch must not matter.
    var scratch = [Float](repeating: .nan, count: scratchCount)
    var source = rows
    var target = inPlace ? [] : [Float](repeating: .nan, count: rows.count)
    func packed(_ base: UnsafeMutablePointer<Float>) -> ck_attention_rows {
      unsafe ck_attention_rows(
        q: base, k: base + features, v: base + 2 * features, q_stride: 3 * features,
        kv_stride: 3 * features)
    }
    unsafe ids.withUnsafeBufferPointer { ids in
      unsafe source.withUnsafeMutableBufferPointer { source in
        unsafe target.withUnsafeMutableBufferPointer { target in
          guard let base = source.baseAddress else { return }
          var rows = unsafe packed(base)
          var gradients = unsafe packed(inPlace ? base : target.baseAddress ?? base)
          var dropout = unsafe ck_attention_dropout(
            rate: rate, key0: 1, key1: 2, step: 3, layer: 4, sample_ids: ids.baseAddress)
          unsafe forward(&shape, &dropout, &rows, &y, &statistics, &scratch)
          scratch = [Float](repeating: .nan, count: scratchCount)
          unsafe backward(&shape, &dropout, &rows, y, statistics, dy, &gradients, &scratch)
        }
      }
    }
    return Result(
      y: bits(y), statistics: bits(statistics), gradients: bits(inPlace ? source : target))
  }

  func run(inPlace: Bool = true) -> Result {
    unsafe run(
      forward: {
        unsafe ck_attention_forward(
          $0.assumingMemoryBound(to: ck_attention_shape.self),
          $1.assumingMemoryBound(to: ck_attention_dropout.self),
          $2.assumingMemoryBound(to: ck_attention_rows.self), $3, $4, $5)
      },
      backward: {
        unsafe ck_attention_backward(
          $0.assumingMemoryBound(to: ck_attention_shape.self),
          $1.assumingMemoryBound(to: ck_attention_dropout.self),
          $2.assumingMemoryBound(to: ck_attention_rows.self), $3, $4, $5,
          $6.assumingMemoryBound(to: ck_attention_rows.self), $7)
      }, inPlace: inPlace)
  }
}

/// Values and gradients against double precision are tested with the layer, in NetworksTests.
@Suite struct AttentionTests {
  private static let shapes: [(size: Int, time: Int, isCausal: Bool, rate: Float)] = [
    (1, 1, false, 0), (5, 7, true, 0), (16, 33, false, 0.2), (20, 100, true, 0.4),
    (33, 150, false, 0), (64, 65, true, 0),
  ]

  @Test("a sample's bits do not depend on the batch", arguments: shapes.indices)
  func independentOfBatch(index: Int) {
    let (size, time, isCausal, rate) = Self.shapes[index]
    let batch = Problem(size: size, time: time, isCausal: isCausal, rate: rate)
    var alone = Problem(batch: 1, size: size, time: time, isCausal: isCausal, rate: rate)
    let rows = alone.rows.count, outputs = alone.dy.count
    alone.rows = Array(batch.rows[rows...])
    alone.dy = Array(batch.dy[outputs...])
    alone.ids = [batch.ids[1]]
    let (all, one) = (batch.run(), alone.run())
    #expect(Array(all.y[outputs...]) == one.y)
    #expect(Array(all.gradients[rows...]) == one.gradients)
    #expect(Array(all.gradients[..<rows]) != one.gradients)
  }

  @Test("gradients may take the places of the rows", arguments: shapes.indices)
  func inPlace(index: Int) {
    let (size, time, isCausal, rate) = Self.shapes[index]
    let problem = Problem(size: size, time: time, isCausal: isCausal, rate: rate)
    #expect(problem.run(inPlace: true) == problem.run(inPlace: false))
  }

  @Test("a NaN reaches what depends on it, and nothing else")
  func nan() {
    var problem = Problem(batch: 1, heads: 1, size: 4, time: 80, isCausal: true)
    // The key of time step 70.
    problem.rows[70 * 12 + 4] = .nan
    let y = problem.run().y.map { Float(bitPattern: $0) }
    #expect(y[..<(70 * 4)].allSatisfy { $0.isFinite })
    #expect(y[(70 * 4)...].allSatisfy { $0.isNaN })
  }

  @Test("scores far apart neither overflow nor vanish")
  func extremes() {
    var problem = Problem(batch: 1, heads: 1, size: 1, time: 70, isCausal: false)
    // Queries of 1000, one key of 10 among keys of -10: all weight is that key's.
    for row in 0..<70 { problem.rows[3 * row] = 1000 }
    for row in 0..<70 { problem.rows[3 * row + 1] = row == 66 ? 10 : -10 }
    let y = problem.run().y.map { Float(bitPattern: $0) }
    #expect(y.allSatisfy { $0 == problem.rows[66 * 3 + 2] })
  }

  @Test(
    "AVX2 and AVX-512 give the same bits",
    .enabled(if: hasBothLevels, "needs a CPU with AVX-512"), arguments: shapes.indices)
  func levels(index: Int) {
    let (size, time, isCausal, rate) = Self.shapes[index]
    let problem = Problem(size: size, time: time, isCausal: isCausal, rate: rate)
    let v3 = unsafe problem.run(
      forward: { unsafe ck_attention_forward_v3($0, $1, $2, $3, $4, $5) },
      backward: { unsafe ck_attention_backward_v3($0, $1, $2, $3, $4, $5, $6, $7) })
    let v4 = unsafe problem.run(
      forward: { unsafe ck_attention_forward_v4($0, $1, $2, $3, $4, $5) },
      backward: { unsafe ck_attention_backward_v4($0, $1, $2, $3, $4, $5, $6, $7) })
    #expect(v3 == v4)
  }
}
