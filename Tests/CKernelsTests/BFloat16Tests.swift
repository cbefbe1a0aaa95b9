import CKernels
import Testing

/// The bfloat16 numbers nearest to floats, rounded by the plain rule: ties to the even one.
func rounded(_ values: [Float]) -> [UInt16] {
  values.map { value in
    if value.isNaN { return UInt16(value.bitPattern >> 16) | 0x40 }
    let below = UInt16(value.bitPattern >> 16)
    let rest = value.bitPattern & 0xFFFF
    return rest > 0x8000 || (rest == 0x8000 && below % 2 == 1) ? below + 1 : below
  }
}

/// Bfloat16 numbers as floats.
func widened(_ values: [UInt16]) -> [Float] {
  values.map { Float(bitPattern: UInt32($0) << 16) }
}

/// As `numbers`, in bfloat16.
func bfloat16Numbers(_ count: Int, seed: UInt32, scale: Float = 1) -> [UInt16] {
  rounded(numbers(count, seed: seed, scale: scale))
}

@Suite("bfloat16")
struct BFloat16Tests {
  /// Lengths around the width of vectors.
  static let counts = [0, 1, 7, 16, 31, 64, 100, 1_025]

  @Test("every bfloat16 is widened to the float of its bits")
  func widening() {
    let all = (0...UInt16.max).map { $0 }
    var y = [Float](repeating: -1, count: all.count)
    unsafe ck_widen_bf16(all, &y, all.count)
    #expect(bits(y) == all.map { UInt32($0) << 16 })
    var back = [UInt16](repeating: 0, count: all.count)
    unsafe ck_round_bf16(y, &back, y.count)
    for (before, after) in zip(all, back) {
      let isNaN = before & 0x7FFF > 0x7F80
      #expect(after == (isNaN ? before | 0x40 : before))
    }
  }

  @Test("floats are rounded to the nearest, ties to even", arguments: counts)
  func rounding(count: Int) {
    let x = numbers(count, seed: 1, scale: 100)
    var y = [UInt16](repeating: 9, count: count + 1)
    unsafe ck_round_bf16(x, &y, count)
    #expect(Array(y[..<count]) == rounded(x))
    #expect(y[count] == 9)
  }

  @Test("the borders of rounding")
  func borders() {
    let cases: [(UInt32, UInt16)] = [
      (0x3F80_7FFF, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F80_8001, 0x3F81),
      (0x3F81_8000, 0x3F82), (0x3F81_7FFF, 0x3F81), (0xBF81_8000, 0xBF82),
      (0x8000_0000, 0x8000), (0x0000_8000, 0x0000), (0x0000_8001, 0x0001),
      // The largest float is nearer to the next power of two than to the largest bfloat16.
      (0x7F7F_FFFF, 0x7F80), (0x7F7F_7FFF, 0x7F7F), (0x7F80_0000, 0x7F80),
      (0xFF80_0000, 0xFF80), (0x7F80_0001, 0x7FC0), (0x7FFF_FFFF, 0x7FFF),
      (0xFF80_0001, 0xFFC0),
    ]
    // Enough for vector loops, and again alone.
    for repeats in [1, 16] {
      let x = cases.flatMap { Array(repeating: Float(bitPattern: $0.0), count: repeats) }
      var y = [UInt16](repeating: 9, count: x.count)
      unsafe ck_round_bf16(x, &y, x.count)
      #expect(y == cases.flatMap { Array(repeating: $0.1, count: repeats) })
    }
  }

  @Test("sums are those of floats, rounded once", arguments: counts)
  func sums(count: Int) {
    let a = bfloat16Numbers(count, seed: 2, scale: 3), b = bfloat16Numbers(count, seed: 3)
    let expected = rounded(zip(widened(a), widened(b)).map { $0 + $1 })
    var sum = [UInt16](repeating: 9, count: count), inPlace = a
    unsafe ck_add_bf16(a, b, &sum, count)
    #expect(sum == expected)
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_add_bf16(buffer.baseAddress, b, buffer.baseAddress, count)
    }
    #expect(inPlace == expected)
  }

  @Test("infinities and NaNs are found wherever they are", arguments: counts)
  func finite(count: Int) {
    var x = [UInt16](repeating: 0x7F7F, count: count)
    #expect(unsafe ck_all_finite_bf16(x, count))
    for bad: UInt16 in [0x7F80, 0xFF80, 0x7F81, 0xFFFF] {
      for index in Set([0, count / 2, count - 1]) where index >= 0 && index < count {
        x[index] = bad
        #expect(unsafe !ck_all_finite_bf16(x, count))
        x[index] = 0
      }
    }
  }
}
