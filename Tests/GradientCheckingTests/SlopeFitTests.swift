import Testing

@testable import GradientChecking

@Suite("A fitted slope")
struct SlopeFitTests {
  /// Fits a function from which a slope was taken away already.
  private func fit(
    step: Double, noise: Double = 1e-12, _ rest: (Double) -> Double
  ) -> SlopeFit {
    let points = (1...6).map { step * Double($0) / 6 }
    return SlopeFit(
      above: points.map(rest), below: points.map { rest(-$0) }, centre: rest(0), step: step,
      noise: noise)
  }

  @Test("is exact for a cubic, whatever its even part")
  func cubic() {
    let fit = fit(step: 0.5) { 3 + 0.25 * $0 + 2 * $0 * $0 - 4 * $0 * $0 * $0 }
    #expect(abs(fit.excess - 0.25) < 1e-9)
    #expect(!fit.hasKink)
    // The bound holds all that the cubic term corrects: about 4 x 0.5^2.
    #expect((0.5...1.2).contains(fit.bound))
  }

  @Test("lies within its bound for a smooth function, and closer for a smaller step")
  func smooth() {
    var last = Double.infinity
    for step in [1, 0.25, 0.0625] {
      let fit = fit(step: step) { t in
        let powers = (1 + t + t * t / 2 + t * t * t / 6 + t * t * t * t / 24)
        return powers + t * t * t * t * t / 120
      }
      #expect(abs(fit.excess - 1) < fit.bound)
      #expect(fit.bound < last / 10)
      last = fit.bound
    }
  }

  @Test("owns up to noise")
  func noise() {
    // A fixed pattern of amplitude 1e-3.
    let pattern = [0.3, -0.9, 0.7, 0.2, -0.6, 0.8, -0.1, 0.5, -1, 0.4, -0.2, 0.9]
    var calls = 0
    let fit = fit(step: 0.1, noise: 1e-3) { t in
      calls += 1
      return t == 0 ? 0 : 2 * t + 1e-3 * pattern[calls % pattern.count]
    }
    #expect(abs(fit.excess - 2) < fit.bound)
    #expect((0.01...0.2).contains(fit.bound))
    #expect(fit.rounding > fit.bound / 3)
  }

  @Test("owns up to a kink at the point: the bound spans both sides' slopes")
  func kinkAtThePoint() {
    let fit = fit(step: 0.01) { 0.5 * abs($0) }
    #expect(fit.hasKink)
    #expect(abs(fit.excess) < 1e-9)
    #expect(abs(fit.bound - 0.25) < 0.01)
  }

  @Test("owns up to a kink near by", arguments: [0.1, 0.25, 0.5, 0.75, 0.9])
  func kinkNearBy(share: Double) {
    for sign in [-1.0, 1] {
      let fit = fit(step: 0.01) { max(0, sign * $0 - share * 0.01) }
      #expect(fit.hasKink)
      #expect(abs(fit.excess) < 2 * fit.bound)
    }
  }

  @Test("knows nothing where the loss is not finite")
  func infinity() {
    let fit = fit(step: 1) { $0 > 0.5 ? .infinity : 0 }
    #expect(fit.bound == .infinity)
  }
}
