import Testing

@testable import Optimizers

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Functions with the same bits everywhere")
struct FixedMathTests {
  /// Correctly rounded values, computed with 60 digits.
  private static let cosines: [(Double, Double)] = [
    (0, 1), (1e-9, 1), (0.05, 0.9876883405951378), (0.1, 0.9510565162951535),
    (0.2, 0.8090169943749475), (0.25, 0.7071067811865476), (0.26, 0.6845471059286886),
    (0.3333333333333333, 0.5), (0.4, 0.30901699437494734), (0.499999, 3.1415926535005707e-06),
    (0.500001, -3.141592653674964e-06), (0.6, -0.30901699437494734),
    (0.6666666666666666, -0.4999999999999999), (0.7, -0.587785252292473),
    (0.75, -0.7071067811865476), (0.76, -0.7289686274214116), (0.8, -0.8090169943749475),
    (0.9, -0.9510565162951536), (0.999, -0.9999950652018582), (1, -1),
  ]

  @Test("the cosine is exact to two units in the last place", arguments: cosines)
  func cosine(turn: Double, expected: Double) {
    #expect(abs(FixedMath.cosine(ofPi: turn) - expected) <= 2 * expected.ulp)
  }

  @Test("the cosine of a quarter turn is 0")
  func quarter() {
    #expect(FixedMath.cosine(ofPi: 0.5) == 0)
  }

  @Test("the cosine falls all the way and agrees with libm")
  func sweep() {
    var last = 1.0
    for index in 0...20_000 {
      let turn = Double(index) / 20_000
      let value = FixedMath.cosine(ofPi: turn)
      // libm's argument is rounded, which moves its result by up to 4e-16.
      #expect(abs(value - cos(turn * .pi)) <= 5e-16)
      #expect(value <= last)
      last = value
    }
  }

  @Test(
    "a power with a fraction is exact to some units in the last place",
    arguments: [
      (0.875, 0.9, 0.8867623542572073), (0.5, 0.5, 0.7071067811865476),
      (0.3, 2.75, 0.03648240417978992), (1e-3, 0.9, 0.0019952623149688794),
      (0.999, 100, 0.9047921471137089), (0.75, 0.3333333333333333, 0.9085602964160698),
      (0x1p-30, 0.1, 0.12499999999999999), (0, 0.9, 0), (1, 0.9, 1), (0.7, 0, 1),
    ])
  func power(base: Double, exponent: Double, expected: Double) {
    #expect(abs(FixedMath.power(base, exponent) - expected) <= 16 * expected.ulp)
  }
}
