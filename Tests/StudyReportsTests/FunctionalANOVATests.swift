import Glibc
import TestSupport
import Testing

@testable import StudyReports

@Suite("The importance of parameters")
struct FunctionalANOVATests {
  @Test("a tree of one step has the variance of that step, all of it the feature's")
  func oneStep() throws {
    let samples = [0.1, 0.2, 0.4, 0.6].map { place in
      Sample(coordinates: [0.5, place], value: place < 0.3 ? 1 : 3)
    }
    let tree = RegressionTree(samples, features: [.ordered, .ordered], smallestLeaf: 1)
    try #require(tree.leaves.count == 2)
    #expect(tree.leaves.map(\.value) == [1, 3])
    guard case .interval(let low, let high) = tree.leaves[0].box[1] else {
      Issue.record("no interval")
      return
    }
    #expect(low == 0 && abs(high - 0.3) < 1e-15)
    #expect(abs(tree.leaves[1].volume - 0.7) < 1e-15)
  }

  @Test("categories are split by their means, whatever their numbers are")
  func categories() throws {
    let values = [5.0, 1, 5, 1]
    let samples = (0..<8).map { Sample(coordinates: [Double($0 % 4)], value: values[$0 % 4]) }
    let tree = RegressionTree(samples, features: [.categories(4)], smallestLeaf: 1)
    try #require(tree.leaves.count == 2)
    guard case .categories(let marks) = tree.leaves[0].box[0] else {
      Issue.record("no categories")
      return
    }
    #expect(marks == [false, true, false, true])
  }

  @Test("a tree of four boxes splits its variance into main effects and interaction, by hand")
  func byHand() throws {
    // f = 0, 0 / 0, 4 on the quarters of the square: mean 1, variance 3, averages 0 and 2 over either side.
    let samples = [(0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)].map { first, second in
      Sample(coordinates: [first, second], value: first > 0.5 && second > 0.5 ? 4 : 0)
    }
    let features: [Feature] = [.ordered, .ordered]
    let tree = RegressionTree(samples, features: features, smallestLeaf: 1)
    let shares = try #require(
      FunctionalANOVA.mainEffects(of: Forest([tree]), features: features))
    #expect(abs(shares[0] - 1.0 / 3) < 1e-15)
    #expect(abs(shares[1] - 1.0 / 3) < 1e-15)
  }

  @Test("3 x + y is nine tenths x and one tenth y; a third parameter is nothing")
  func sum() throws {
    let shares = try #require(
      Self.shares(of: [.ordered, .ordered, .ordered], count: 400) { 3 * $0[0] + $0[1] })
    #expect(abs(shares[0] - 0.9) < 0.01)
    #expect(abs(shares[1] - 0.1) < 0.02)
    #expect(shares[2] < 0.01)
    #expect(shares.reduce(0, +) > 0.95)
  }

  /// Steep between few samples, it looks to single trees as if there were more interaction than there is.
  @Test("the Ishigami function's main effects are in the order of the known ones, and near them")
  func ishigami() throws {
    let shares = try #require(
      Self.shares(of: [.ordered, .ordered, .ordered], count: 600) { point in
        let angles = point.map { (2 * $0 - 1) * Double.pi }
        let sine = sin(angles[1])
        return sin(angles[0]) * (1 + 0.1 * angles[2] * angles[2] * angles[2] * angles[2])
          + 7 * sine * sine
      })
    #expect(abs(shares[0] - 0.314) < 0.12, "\(shares)")
    #expect(abs(shares[1] - 0.442) < 0.12, "\(shares)")
    #expect(shares[2] < 0.03, "\(shares)")
    #expect(shares[1] > shares[0])
  }

  @Test("a product of centred parameters is interaction alone")
  func interaction() throws {
    let shares = try #require(
      Self.shares(of: [.ordered, .ordered], count: 500) { ($0[0] - 0.5) * ($0[1] - 0.5) })
    #expect(shares.allSatisfy { $0 < 0.1 })
  }

  @Test("a choice that matters is found, with its share")
  func choice() throws {
    let shares = try #require(
      Self.shares(of: [.categories(3), .ordered], count: 300) { point in
        [4.0, 0, 2][Int(point[0])] + point[1]
      })
    // The variances are 8 / 3 and 1 / 12.
    #expect(abs(shares[0] - 32.0 / 33) < 0.02)
    #expect(shares[1] > 0.01 && shares[1] < 0.05)
  }

  @Test("what a condition changes belongs to the parameter it names, not to the one it hides")
  func hiddenByCondition() throws {
    var random = Random(seed: 5)
    let samples = (0..<300).map { _ in
      let optimizer = Double(random.below(2))
      let momentum = Double(random.below(1000)) / 1000
      return Sample(coordinates: [optimizer, optimizer == 1 ? momentum : nil], value: optimizer)
    }
    let shares = try #require(Self.shares(of: [.categories(2), .ordered], samples))
    #expect(abs(shares[0] - 1) < 1e-12)
    #expect(shares[1] < 1e-12)
  }

  @Test("a parameter that matters only where it has a value has the main effect of its average")
  func mattersWhereActive() throws {
    var random = Random(seed: 6)
    let samples = (0..<400).map { _ in
      let optimizer = Double(random.below(2))
      let momentum = Double(random.below(1000)) / 1000
      return Sample(
        coordinates: [optimizer, optimizer == 1 ? momentum : nil],
        value: optimizer == 1 ? 2 * momentum : 0)
    }
    let shares = try #require(Self.shares(of: [.categories(2), .ordered], samples))
    // Of a variance of 1/4 + 1/6 the optimizer has 1/4, and the average momentum 1/12.
    #expect(abs(shares[0] - 0.6) < 0.05)
    #expect(abs(shares[1] - 0.2) < 0.05)
  }

  @Test(
    "a parameter that matters where it has a value is found behind one that does not matter itself")
  func behindACondition() throws {
    var random = Random(seed: 7)
    let samples = (0..<400).map { _ in
      let optimizer = Double(random.below(2))
      let momentum = Double(random.below(1000)) / 1000
      let noise = (0..<2).map { _ in Double(random.below(1000)) / 1000 }
      return Sample(
        coordinates: noise + [optimizer, optimizer == 1 ? momentum : nil],
        value: optimizer == 1 ? momentum - 0.5 : 0)
    }
    let features: [Feature] = [.ordered, .ordered, .categories(2), .ordered]
    let shares = try #require(Self.shares(of: features, samples))
    // The average momentum has half of the variance, its interaction with the optimizer the other.
    #expect(abs(shares[3] - 0.5) < 0.03, "\(shares)")
    #expect(shares[0] < 0.05 && shares[1] < 0.05 && shares[2] < 0.05, "\(shares)")
  }

  @Test("the same samples and seed give the same bits")
  func deterministic() {
    let first = Self.shares(of: [.ordered, .categories(3)], count: 60) { $0[0] * $0[1] }
    let second = Self.shares(of: [.ordered, .categories(3)], count: 60) { $0[0] * $0[1] }
    #expect(first == second && first != nil)
  }

  @Test("values that are all equal have no shares")
  func constant() {
    #expect(Self.shares(of: [.ordered], count: 30) { _ in 2 } == nil)
  }

  private static func shares(
    of features: [Feature], count: Int, _ function: ([Double]) -> Double
  ) -> [Double]? {
    var random = Random(seed: 1)
    let samples = (0..<count).map { _ in
      let point = features.map { feature in
        switch feature {
        case .ordered: Double(random.below(1 << 30)) * 0x1p-30
        case .categories(let count): Double(random.below(count))
        }
      }
      return Sample(coordinates: point, value: function(point))
    }
    return shares(of: features, samples)
  }

  private static func shares(of features: [Feature], _ samples: [Sample]) -> [Double]? {
    FunctionalANOVA.mainEffects(
      of: Forest(samples, features: features, seed: 3), features: features)
  }
}
