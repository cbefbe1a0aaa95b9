internal import Tensors

/// A lane's part of the arena: the chunks that this lane alone adds up and updates.
struct LaneSlice: Sendable {
  /// The parameters' layout.
  let arena: ArenaLayout
  /// The chunks.
  let chunks: Range<Int>
  /// The arena's index of the first element that the sum's parts have.
  let start: Int
  /// Adds all gradients.
  let sum: TreeSum

  /// Adds the gradients, chunk by chunk.
  ///
  /// - Parameters:
  ///   - keepsSums: Whether ``revisit(_:)`` is to find what `visit` leaves.
  ///   - visit: Gets a range of the arena and the sum there, which it may change.
  func add(keepsSums: Bool, _ visit: (Range<Int>, FloatView) -> Void) {
    for chunk in chunks {
      let (range, local) = ranges(of: chunk)
      if keepsSums {
        sum.store(local)
        visit(range, sum.destination[local])
      } else {
        visit(range, sum(local))
      }
    }
  }

  /// Walks through what ``add(keepsSums:_:)`` kept.
  func revisit(_ visit: (Range<Int>, FloatView) -> Void) {
    for chunk in chunks {
      let (range, local) = ranges(of: chunk)
      visit(range, sum.destination[local])
    }
  }

  /// The elements of a chunk, in the arena and in the sum's parts.
  private func ranges(of chunk: Int) -> (arena: Range<Int>, parts: Range<Int>) {
    let range = arena.elements(ofChunks: chunk..<(chunk + 1))
    return (range, (range.lowerBound - start)..<(range.upperBound - start))
  }
}
