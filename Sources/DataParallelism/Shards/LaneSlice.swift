internal import Tensors

/// A lane's part of the arena: the chunks that this lane alone adds up and updates.
struct LaneSlice: Sendable {
  /// The parameters' layout.
  let arena: ArenaLayout
  /// The chunks.
  let chunks: Range<Int>
  /// Adds all gradients.
  let sum: TreeSum

  /// Adds the gradients, chunk by chunk.
  ///
  /// - Parameters:
  ///   - keepsSums: Whether ``revisit(_:)`` is to find what `visit` leaves.
  ///   - visit: Gets a range of the arena and the sum there, which it may change.
  func add(keepsSums: Bool, _ visit: (Range<Int>, FloatView) -> Void) {
    for chunk in chunks {
      let range = arena.elements(ofChunks: chunk..<(chunk + 1))
      if keepsSums {
        sum.store(range)
        visit(range, sum.destination[range])
      } else {
        visit(range, sum(range))
      }
    }
  }

  /// Walks through what ``add(keepsSums:_:)`` kept.
  func revisit(_ visit: (Range<Int>, FloatView) -> Void) {
    for chunk in chunks {
      let range = arena.elements(ofChunks: chunk..<(chunk + 1))
      visit(range, sum.destination[range])
    }
  }
}
