import Testing

@testable import Datasets

@Suite struct EpochPermutationTests {
  func order(_ count: Int, seed: UInt64 = 7, epoch: Int = 0) -> [UInt32] {
    let permutation = EpochPermutation(count: count, seed: seed, epoch: epoch)
    var samples = [UInt32](repeating: 0, count: count)
    var span = samples.mutableSpan
    permutation.fill(0..<count, into: &span)
    return samples
  }

  @Test("every sample occurs once, for all counts up to 300")
  func smallBijections() {
    for count in 0...300 {
      #expect(order(count).sorted() == [UInt32](0..<UInt32(count)), "count \(count)")
    }
  }

  @Test("every sample occurs once", arguments: [1797, 4096, 54_000, 65_537, 70_001, 1 << 20])
  func largeBijections(count: Int) {
    var seen = [Bool](repeating: false, count: count)
    for sample in order(count, epoch: 3) { seen[Int(sample)] = true }
    #expect(seen.allSatisfy { $0 })
  }

  @Test("the largest count is permuted within its range")
  func largestCount() {
    let permutation = EpochPermutation(count: 1 << 32, seed: 1, epoch: 0)
    let last = (0..<1000).map { permutation[(1 << 32) - 1 - $0] }
    #expect(Set(last).count == 1000)
    #expect(last.allSatisfy { $0 >= 0 && $0 < 1 << 32 })
    #expect((last.max() ?? 0) > 1 << 31)
  }

  @Test("a part filled alone equals the same part of the whole, and single positions")
  func partsAgree() {
    let whole = order(1797, epoch: 5)
    let permutation = EpochPermutation(count: 1797, seed: 7, epoch: 5)
    for range in [0..<1, 40..<90, 1000..<1797, 1797..<1797] {
      var samples = [UInt32](repeating: 0, count: range.count)
      var span = samples.mutableSpan
      permutation.fill(range, into: &span)
      #expect(samples == Array(whole[range]))
      #expect(range.map { permutation[$0] } == whole[range].map { Int($0) })
    }
  }

  @Test("epochs and seeds give different orders, the same ones the same order")
  func dependsOnKeys() {
    func agreements(_ a: [UInt32], _ b: [UInt32]) -> Int { zip(a, b).count { $0 == $1 } }
    let first = order(10_000)
    #expect(order(10_000) == first)
    // Two random orders agree in one place on average; 12 has a chance of about 1e-9.
    #expect(agreements(first, order(10_000, epoch: 1)) < 12)
    #expect(agreements(first, order(10_000, seed: 8)) < 12)
    #expect(agreements(first, [UInt32](0..<10_000)) < 12)
  }

  /// The chi-square statistic of counts that should be equal.
  func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }

  @Test("all orders of few samples are about equally frequent", arguments: [2, 3, 4, 5])
  func smallOrdersAreUniform(count: Int) {
    var frequencies: [[UInt32]: Int] = [:]
    let epochs = 12_000
    for epoch in 0..<epochs { frequencies[order(count, epoch: epoch), default: 0] += 1 }
    let orders = (1...count).reduce(1, *)
    #expect(frequencies.count == orders)
    // Few samples leave a Feistel network few keys, so the frequencies are even only to some percent.
    let expected = Double(epochs) / Double(orders)
    let allowed = 0.12 * expected + 5 * expected.squareRoot()
    for (_, frequency) in frequencies { #expect(abs(Double(frequency) - expected) < allowed) }
  }

  @Test("each position gets each sample equally often", arguments: [16, 37, 100])
  func positionsAreUniform(count: Int) {
    let epochs = 200 * count
    var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for epoch in 0..<epochs {
      for (position, sample) in order(count, epoch: epoch).enumerated() {
        counts[position][Int(sample)] += 1
      }
    }
    // Chi-square with count - 1 degrees: 6 standard deviations above the mean.
    let bound = Double(count - 1) + 6 * (2 * Double(count - 1)).squareRoot()
    for (position, counts) in counts.enumerated() {
      #expect(chiSquare(counts) < bound, "position \(position)")
    }
  }

  @Test("neighbours in the epoch are unrelated in the data")
  func differencesAreUniform() {
    let count = 60_000
    let bins = 100
    for epoch in 0..<4 {
      let samples = order(count, epoch: epoch)
      for distance in [1, 2, 245, 32_768] {
        var counts = [Int](repeating: 0, count: bins)
        for position in 0..<count {
          let other = samples[(position + distance) % count]
          let difference = (Int(samples[position]) - Int(other) + count) % count
          counts[difference * bins / count] += 1
        }
        let bound = Double(bins - 1) + 6 * (2 * Double(bins - 1)).squareRoot()
        #expect(chiSquare(counts) < bound, "epoch \(epoch), distance \(distance)")
      }
    }
  }
}
