/// Functions in double precision whose bits are the same on every machine.
///
/// libm's depend on the CPU that they dispatch to; these use additions, multiplications and square
/// roots alone, which IEEE 754 rounds in one way.
enum FixedMath {
  /// The cosine of `turn` times π, to about one unit in the last place.
  ///
  /// The two series are Taylor's, cut where the rest is below a quarter of that unit at π / 4.
  ///
  /// - Precondition: `turn` is from 0 to 1.
  static func cosine(ofPi turn: Double) -> Double {
    precondition(turn >= 0 && turn <= 1, "the cosine of \(turn) half turns is not needed")
    // 1 / 2 - turn and 1 - turn are exact in their ranges.
    if turn > 0.75 { return -cosineSeries((1 - turn) * .pi) }
    if turn > 0.25 { return sineSeries((0.5 - turn) * .pi) }
    return cosineSeries(turn * .pi)
  }

  /// 1 - x²/2! + x⁴/4! - … for |x| up to π / 4.
  private static func cosineSeries(_ x: Double) -> Double {
    let square = x * x
    var sum = 1.0 / 20_922_789_888_000  // 16!
    sum = sum * square - 1.0 / 87_178_291_200
    sum = sum * square + 1.0 / 479_001_600
    sum = sum * square - 1.0 / 3_628_800
    sum = sum * square + 1.0 / 40_320
    sum = sum * square - 1.0 / 720
    sum = sum * square + 1.0 / 24
    sum = sum * square - 0.5
    return sum * square + 1
  }

  /// x - x³/3! + x⁵/5! - … for |x| up to π / 4.
  private static func sineSeries(_ x: Double) -> Double {
    let square = x * x
    var sum = 1.0 / 355_687_428_096_000  // 17!
    sum = sum * square - 1.0 / 1_307_674_368_000
    sum = sum * square + 1.0 / 6_227_020_800
    sum = sum * square - 1.0 / 39_916_800
    sum = sum * square + 1.0 / 362_880
    sum = sum * square - 1.0 / 5040
    sum = sum * square + 1.0 / 120
    sum = sum * square - 1.0 / 6
    return sum * square * x + x
  }

  /// A power with any exponent: the whole part by squaring, the fraction's binary digits by roots.
  ///
  /// - Precondition: the base is 0 or more, the exponent from 0 to 2^62.
  /// - Complexity: O(digits of the exponent), about 50 roots for a fraction such as 0.9.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    precondition(
      base >= 0 && exponent >= 0 && exponent < 0x1p62, "\(base) to the power of \(exponent)")
    let whole = exponent.rounded(.down)
    var result = AdamCore.power(base, Int(whole))
    var (root, rest) = (base, exponent - whole)
    while rest > 0 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= root
        rest -= 1
      }
    }
    return result
  }
}
