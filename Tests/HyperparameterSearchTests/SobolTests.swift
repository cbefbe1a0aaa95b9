import Options
import Testing

@testable import HyperparameterSearch

@Suite("The Sobol sampler")
struct SobolTests {
  private static func cube(_ dimensions: Int) -> SearchSpace {
    SearchSpace(
      (0..<dimensions).map { Parameter("x\($0)", .float(low: 0, high: 1, step: nil, isLog: false)) }
    )
  }

  private func points(_ count: Int, dimensions: Int, seed: UInt64) -> [[Double]] {
    let study = StudyState(
      space: Self.cube(dimensions), direction: .minimize, seed: seed, fullBudget: 1,
      trialLimit: count)
    return (0..<count).map { number in
      SobolSampler().assignment(ofTrial: number, in: study).map { value in
        guard case .float(let number)? = value else { return .nan }
        return number
      }
    }
  }

  @Test("without scrambling the points are those of Joe's and Kuo's program")
  func knownPoints() {
    let sequence = SobolSequence(dimensions: SobolSequence.dimensionLimit)
    func sixteenths(_ dimension: Int) -> [Double] {
      (0..<16).map { Double(sequence[$0][dimension]) * 0x1p-32 * 16 }
    }
    #expect(SobolSequence.dimensionLimit == 100)
    #expect(sixteenths(0) == [0, 8, 12, 4, 6, 14, 10, 2, 3, 11, 15, 7, 5, 13, 9, 1])
    #expect(sixteenths(1) == [0, 8, 4, 12, 6, 14, 2, 10, 5, 13, 1, 9, 3, 11, 7, 15])
    #expect(sixteenths(2) == [0, 8, 4, 12, 10, 2, 14, 6, 15, 7, 11, 3, 5, 13, 1, 9])
    #expect(sixteenths(3) == [0, 8, 4, 12, 14, 6, 10, 2, 7, 15, 3, 11, 9, 1, 13, 5])
    #expect(sixteenths(49) == [0, 8, 12, 4, 6, 14, 10, 2, 1, 9, 13, 5, 7, 15, 11, 3])
    #expect(sixteenths(99) == [0, 8, 12, 4, 14, 6, 2, 10, 15, 7, 3, 11, 1, 9, 13, 5])
    #expect(
      [0, 1, 2, 7, 49, 99].map { Double(sequence[1000][$0]) * 0x1p-32 * 1024 }
        == [225, 99, 531, 921, 491, 191])
  }

  @Test("each interval of each axis holds as many points as any other", arguments: [1, 77])
  func strata(seed: UInt64) {
    let points = points(256, dimensions: 12, seed: seed)
    for axis in 0..<12 {
      #expect(Set(points.map { Int($0[axis] * 256) }).count == 256)
    }
    // The first two axes make a net: each box of 1/16 by 1/16 holds one point.
    #expect(Set(points.map { Int($0[0] * 16) * 16 + Int($0[1] * 16) }).count == 256)
  }

  @Test("the seed scrambles the points, and each point is known without the others")
  func seeds() {
    #expect(points(8, dimensions: 3, seed: 1) != points(8, dimensions: 3, seed: 2))
    #expect(points(8, dimensions: 3, seed: 1) == Array(points(32, dimensions: 3, seed: 1)[..<8]))
    let first = points(1, dimensions: 2, seed: 5)[0]
    #expect(first[0] != first[1] && first[0] > 0)
  }

  @Test("over seeds a scrambled point lies anywhere with equal chance")
  func uniformity() {
    var tenths = [Int](repeating: 0, count: 10)
    for seed in 0..<1000 {
      tenths[Int(points(4, dimensions: 2, seed: UInt64(seed))[3][1] * 10)] += 1
    }
    #expect(tenths.allSatisfy { (60...140).contains($0) }, "\(tenths)")
  }

  @Test("a space of more dimensions than there are numbers for is refused")
  func tooManyDimensions() {
    let diagnostics = Diagnostics()
    SobolSampler().check(Self.cube(100), diagnostics)
    #expect(diagnostics.isEmpty)
    SobolSampler().check(Self.cube(101), diagnostics)
    #expect(
      diagnostics.problems.map(\.message) == [
        "the sampler sobol knows 100 dimensions, the space has 101 parameters"
      ])
    TreeParzenSampler().check(Self.cube(101), diagnostics)
    #expect(
      diagnostics.problems.last?.message
        == "the sampler tpe knows 100 dimensions, the space has 101 parameters")
  }

  @Test("it takes no options")
  func options() {
    #expect(
      SamplerProblems.of("{sobol: {scramble: true}}") == [
        "unknown key `scramble` in sobol; sobol takes no options"
      ])
    #expect(
      SamplerProblems.of("sobl").first?.hasPrefix("unknown sampler `sobl`; did you mean `sobol`?")
        == true)
  }
}
