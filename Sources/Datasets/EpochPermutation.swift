internal import Tensors

/// The order of the samples in an epoch: a permutation that is computed for any position alone.
///
/// A Feistel network over pairs (row, column) of a grid of rows * columns just above the count: each
/// round adds a random function of one half to the other, modulo its size, so it is a bijection of the
/// grid; pairs outside the count are walked on until they land inside (Black and Rogaway, *Ciphers
/// with Arbitrary Finite Domains*, 2002).
///
/// Two choices are for speed, a few nanoseconds a sample. The grid is fitted to the count: one sample
/// in √count walks, where grids of powers of two can walk three times for each. The round functions
/// are tables of √count Philox words, which is faster and more random than hashing at each use; they
/// are a function of (seed, epoch), so there is nothing to save or to send.
package struct EpochPermutation: Sendable {
  /// The number of samples.
  package let count: Int

  /// Rounds come in pairs, one for each half.
  private static let roundPairs = 4

  private let rows: Int
  private let columns: Int
  /// For each pair of rounds: what is added to the row by column, then to the column by row.
  private let tables: [UInt32]

  /// The order of an epoch under a seed.
  ///
  /// - Parameters:
  ///   - count: the number of samples, at most 2^32.
  ///   - seed: the run's seed.
  ///   - epoch: the epoch, from 0.
  /// - Complexity: O(√count).
  package init(count: Int, seed: UInt64, epoch: Int) {
    precondition(count >= 0 && count <= 1 << 32, "no permutation of \(count) samples")
    var rows = max(1, Int(Double(count).squareRoot()))
    while rows * rows < count { rows += 1 }
    self.count = count
    self.rows = rows
    self.columns = max(1, (count + rows - 1) / rows)
    let stream = RandomStream(seed: seed, purpose: .shuffle)
    var tables: [UInt32] = []
    tables.reserveCapacity(Self.roundPairs * (rows + columns))
    for round in 0..<UInt32(2 * Self.roundPairs) {
      let (entries, limit) = round % 2 == 0 ? (columns, rows) : (rows, columns)
      for entry in 0..<UInt32(entries) {
        let word = stream.words(
          entry, round, UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: epoch >> 32)
        ).0
        tables.append(UInt32(truncatingIfNeeded: (UInt64(word) &* UInt64(limit)) >> 32))
      }
    }
    self.tables = tables
  }

  /// The sample at a position of the epoch.
  ///
  /// - Precondition: the position is in `0..<count`.
  package subscript(position: Int) -> Int {
    precondition(position >= 0 && position < count, "position \(position) of \(count)")
    let (row, column) = position.quotientAndRemainder(dividingBy: columns)
    return unsafe tables.withUnsafeBufferPointer { unsafe walk(row, column, $0) }
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
    var (row, column) = positions.lowerBound.quotientAndRemainder(dividingBy: columns)
    unsafe tables.withUnsafeBufferPointer { tables in
      for index in 0..<positions.count {
        samples[index] = UInt32(truncatingIfNeeded: unsafe walk(row, column, tables))
        column &+= 1
        if column == columns {
          column = 0
          row &+= 1
        }
      }
    }
  }

  /// Goes from a pair inside the grid to the sample that it is mapped to.
  @inline(__always)
  private func walk(_ row: Int, _ column: Int, _ tables: UnsafeBufferPointer<UInt32>) -> Int {
    var row = row
    var column = column
    while true {
      var table = 0
      for _ in 0..<Self.roundPairs {
        // Halves stay below the sizes of the tables that they look into.
        row &+= unsafe Int(tables[table &+ column])
        if row >= rows { row &-= rows }
        column &+= unsafe Int(tables[table &+ columns &+ row])
        if column >= columns { column &-= columns }
        table &+= rows &+ columns
      }
      let sample = row &* columns &+ column
      if sample < count { return sample }
    }
  }
}
