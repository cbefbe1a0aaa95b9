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
}
