internal import Tensors

/// The order of the samples in an epoch: a permutation that is computed, not stored.
///
/// A Feistel network over pairs (l, r) with l < rows, r < columns and rows * columns just above the
/// count: each round adds a keyed hash of one half to the other, modulo its size, so it is a bijection
/// of the grid; pairs outside the count are walked on until they land inside (Black and Rogaway,
/// *Ciphers with Arbitrary Finite Domains*, 2002). A grid fitted to the count, in place of one of a
/// power of two, makes walks rare: one in √count, where powers of four walk up to three times a sample.
///
/// It holds no state: any position of any epoch can be asked for alone, on any rank, after any resume.
package struct EpochPermutation: Sendable {
  /// The number of samples.
  package let count: Int

  private static let rounds = 8

  private let rows: UInt64
  private let columns: UInt64
  private let keys: [8 of UInt64]

  /// The order of an epoch under a seed.
  ///
  /// - Parameters:
  ///   - count: the number of samples, at most 2^32.
  ///   - seed: the run's seed.
  ///   - epoch: the epoch, from 0.
  package init(count: Int, seed: UInt64, epoch: Int) {
    precondition(count >= 0 && count <= 1 << 32, "no permutation of \(count) samples")
    self.count = count
    var rows = UInt64(Double(count).squareRoot())
    while rows * rows < count { rows += 1 }
    self.rows = max(1, rows)
    self.columns = max(1, (UInt64(count) + self.rows - 1) / self.rows)
    let stream = RandomStream(seed: seed, purpose: .shuffle)
    self.keys = [8 of UInt64] { round in
      let words = stream.words(
        UInt32(round), UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: epoch >> 32))
      return UInt64(words.0) << 32 | UInt64(words.1)
    }
  }

  /// The sample at a position of the epoch.
  ///
  /// - Precondition: the position is in `0..<count`.
  package subscript(position: Int) -> Int {
    precondition(position >= 0 && position < count, "position \(position) of \(count)")
    let (row, column) = UInt64(position).quotientAndRemainder(dividingBy: columns)
    return Int(walk(row, column))
  }

  /// Writes the samples at a range of positions.
  ///
  /// - Parameters:
  ///   - positions: a range inside `0..<count`.
  ///   - samples: where they go; has room for them.
  /// - Complexity: O(positions).
  package func fill(_ positions: Range<Int>, into samples: inout MutableSpan<UInt32>) {
    precondition(
      positions.lowerBound >= 0 && positions.upperBound <= count
        && positions.count <= samples.count,
      "positions \(positions) of \(count) into room for \(samples.count)")
    var (row, column) = UInt64(positions.lowerBound).quotientAndRemainder(dividingBy: columns)
    for index in 0..<positions.count {
      samples[index] = UInt32(truncatingIfNeeded: walk(row, column))
      column &+= 1
      if column == columns {
        column = 0
        row &+= 1
      }
    }
  }

  @inline(__always)
  private func walk(_ row: UInt64, _ column: UInt64) -> UInt64 {
    var row = row
    var column = column
    while true {
      for round in 0..<4 {
        row = Self.add(Self.hash(column, keys[2 &* round], below: rows), to: row, modulo: rows)
        column = Self.add(
          Self.hash(row, keys[2 &* round &+ 1], below: columns), to: column, modulo: columns)
      }
      let sample = row &* columns &+ column
      if sample < count { return sample }
    }
  }

  @inline(__always)
  private static func add(_ term: UInt64, to value: UInt64, modulo size: UInt64) -> UInt64 {
    let sum = value &+ term
    return sum >= size ? sum &- size : sum
  }

  /// A keyed hash of a half into `0..<size`: multiply, fold, multiply, and the upper bits scaled.
  @inline(__always)
  private static func hash(_ half: UInt64, _ key: UInt64, below size: UInt64) -> UInt64 {
    var x = (half ^ key) &* 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return ((x >> 32) &* size) >> 32
  }
}
