import CKernels
import CKernelsLevels
import Testing

extension LevelTests {
  @Test("bfloat16 conversions and sums")
  func bfloat16() {
    let count = 4_096 + 15
    let x = numbers(count, seed: 21, scale: 100) + [.nan, .infinity, 0x1p-130]
    let (a, b) = (bfloat16Numbers(count, seed: 22), bfloat16Numbers(count, seed: 23))
    compare(
      "round", count: x.count, { unsafe ck_round_bf16_v3(x, &$0, x.count) },
      { unsafe ck_round_bf16_v4(x, &$0, x.count) })
    compare(
      "widen", count: count, { unsafe ck_widen_bf16_v3(a, &$0, count) },
      { unsafe ck_widen_bf16_v4(a, &$0, count) })
    compare(
      "add", count: count, { unsafe ck_add_bf16_v3(a, b, &$0, count) },
      { unsafe ck_add_bf16_v4(a, b, &$0, count) })
  }

  @Test("batch normalization", arguments: [1, 3, 16, 17, 100, 600])
  func batchNorm(channels: Int) {
    let rows = 12_345 / channels
    let x = numbers(rows * channels, seed: 31).map { $0 + 3 }
    let y = numbers(rows * channels, seed: 32), dy = numbers(rows * channels, seed: 33)
    compareBatchNorm(0, x: x, y: y, dy: dy, channels: channels)
    compareBatchNorm(1, x: rounded(x), y: rounded(y), dy: rounded(dy), channels: channels)
  }

  private func compareBatchNorm<Element: BitwiseCopyable & Equatable>(
    _ type: UInt32, x: [Element], y: [Element], dy: [Element], channels: Int
  ) {
    let rows = x.count / channels
    let weight = numbers(channels, seed: 34), bias = numbers(channels, seed: 35)
    var one = (mean: weight, factor: weight, variance: weight)
    var other = one
    unsafe ck_batch_norm_statistics_v3(
      type, x, 1e-5, &one.mean, &one.factor, &one.variance, rows, channels)
    unsafe ck_batch_norm_statistics_v4(
      type, x, 1e-5, &other.mean, &other.factor, &other.variance, rows, channels)
    #expect(bits(one.mean) == bits(other.mean) && bits(one.factor) == bits(other.factor))
    #expect(bits(one.variance) == bits(other.variance))
    var (y3, y4) = (x, dy)
    unsafe ck_batch_norm_apply_v3(
      type, true, x, dy, one.mean, one.factor, weight, bias, &y3, rows, channels)
    unsafe ck_batch_norm_apply_v4(
      type, true, x, dy, one.mean, one.factor, weight, bias, &y4, rows, channels)
    #expect(y3 == y4)
    var (dx3, dx4, dweight, dbias) = (x, dy, weight, weight)
    unsafe ck_batch_norm_backward_v3(
      type, x, y, one.mean, one.factor, weight, dy, &dx3, nil, &dweight, &dbias, rows, channels)
    unsafe ck_batch_norm_backward_v4(
      type, x, y, one.mean, one.factor, weight, dy, &dx4, nil, &other.mean, &other.factor, rows,
      channels)
    #expect(dx3 == dx4)
    #expect(bits(dweight) == bits(other.mean) && bits(dbias) == bits(other.factor))
  }

  @Test("pooling", arguments: PoolTests.channelCounts)
  func pooling(channels: Int) {
    for example in PoolTests.examples(channels) {
      let x = numbers(example.inputCount, seed: 41), dy = numbers(example.outputCount, seed: 42)
      comparePooling(0, example, x: x, dy: dy)
      comparePooling(1, example, x: rounded(x), dy: rounded(dy))
    }
  }

  private func comparePooling<Element: BitwiseCopyable & Equatable>(
    _ type: UInt32, _ example: PoolExample, x: [Element], dy: [Element]
  ) {
    var pool = example.pool
    let winners = [UInt32](repeating: 0, count: example.outputCount)
    var one = (y: dy, winners: winners, dx: x), other = one
    unsafe ck_max_pool_forward_v3(type, &pool, x, &one.y, &one.winners)
    unsafe ck_max_pool_forward_v4(type, &pool, x, &other.y, &other.winners)
    #expect(one.y == other.y && one.winners == other.winners)
    unsafe ck_max_pool_backward_v3(type, &pool, dy, one.winners, &one.dx)
    unsafe ck_max_pool_backward_v4(type, &pool, dy, one.winners, &other.dx)
    #expect(one.dx == other.dx)
    unsafe ck_average_pool_forward_v3(type, &pool, x, &one.y)
    unsafe ck_average_pool_forward_v4(type, &pool, x, &other.y)
    #expect(one.y == other.y)
    unsafe ck_average_pool_backward_v3(type, &pool, dy, &one.dx)
    unsafe ck_average_pool_backward_v4(type, &pool, dy, &other.dx)
    #expect(one.dx == other.dx)
  }
}
