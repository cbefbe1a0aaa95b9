internal import Tensors

/// Work on the chunks of segments, of which any lane of the group takes the next piece.
///
/// Who does a piece never matters to a bit. Pieces are taken in order of segments, each step from
/// the first, as soon as their segment is ready.
struct SegmentWork: Sendable {
  /// What is done with a piece.
  enum Kind: Int, CaseIterable {
    /// Adds the group's own gradients, for another group.
    case sum
    /// Adds all groups' gradients in the group's portion, and updates it where nothing is waited for.
    case portion
    /// Walks through the portion again, once and twice.
    case revisit, secondRevisit
    /// Updates everything, where the optimizer is not sharded.
    case update
  }

  /// A run of chunks of one segment.
  struct Piece: Sendable {
    let segment: Int
    let chunks: Range<Int>
  }

  /// All pieces, in order of segments.
  let pieces: [Piece]
  /// The first piece of each segment, and the number of pieces.
  private let starts: [Int]
  private let taken: SharedWord

  /// Chunks a piece: enough to be worth taking, few enough to share the last ones evenly.
  private static let size = 4

  /// Cuts the chunks that each segment gives to do.
  ///
  /// - Parameters:
  ///   - chunks: The runs of chunks of each segment.
  ///   - taken: The counter of pieces that have been taken.
  init(_ chunks: [[Range<Int>]], taken: SharedWord) {
    var pieces: [Piece] = []
    var starts: [Int] = []
    for (segment, runs) in chunks.enumerated() {
      starts.append(pieces.count)
      for run in runs {
        for start in stride(from: run.lowerBound, to: run.upperBound, by: Self.size) {
          pieces.append(
            Piece(segment: segment, chunks: start..<min(start + Self.size, run.upperBound)))
        }
      }
    }
    self.pieces = pieces
    self.starts = starts + [pieces.count]
    self.taken = taken
  }

  /// The number of pieces of a segment.
  func count(ofSegment segment: Int) -> Int { starts[segment + 1] - starts[segment] }

  /// Takes the next piece of a step.
  ///
  /// - Parameters:
  ///   - step: The steps before this one.
  ///   - ready: The segments of this step that are ready.
  /// - Returns: The piece; nil where none is ready, or none is left.
  func take(step: Int, ready: Int) -> Piece? {
    let base = step * pieces.count
    let end = starts[min(max(ready, 0), starts.count - 1)]
    while true {
      let next = taken.value
      precondition(next >= base, "work that an earlier step left out")
      if next - base >= end { return nil }
      if taken.advance(from: next) { return pieces[next - base] }
    }
  }

  /// Whether all pieces of a step have been taken.
  func isExhausted(step: Int) -> Bool { taken.value >= (step + 1) * pieces.count }
}
