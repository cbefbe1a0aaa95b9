internal import Tensors

/// The parameters of an arena cut at the borders of chunks: what sums of squares are taken over.
///
/// A piece depends on the layout alone, never on who holds the chunk, and belongs to one chunk and
/// one tensor. So the norm of a tensor and that of everything have the same bits however the arena
/// is divided over lanes and ranks. Chunks of running statistics have no pieces.
///
/// A class, since every chunk of every step asks for it.
final class TensorPieces: Sendable {
  /// The elements of each piece, in the arena's order.
  let ranges: [Range<Int>]
  /// The pieces of each tensor.
  let ofTensor: [Range<Int>]
  /// The tensor of each piece.
  let tensors: [Int]
  /// For each piece whether its gradient is part of the norm.
  let countsInNorm: [Bool]
  /// The first piece of each chunk, and the number of pieces.
  private let chunkStarts: [Int]

  /// Cuts the tensors of a layout, of which some may not count in the norm.
  init(_ arena: ArenaLayout, countsInNorm: [Bool]) {
    var ranges: [Range<Int>] = []
    var ofTensor: [Range<Int>] = []
    var tensors: [Int] = []
    for (tensor, entry) in arena.entries.enumerated() {
      let first = ranges.count
      var start = entry.range.lowerBound
      while start < entry.range.upperBound {
        let end = min((start / ArenaLayout.chunk + 1) * ArenaLayout.chunk, entry.range.upperBound)
        ranges.append(start..<end)
        tensors.append(tensor)
        start = end
      }
      ofTensor.append(first..<ranges.count)
    }
    var starts: [Int] = []
    var piece = 0
    for chunk in 0...arena.chunkCount {
      while piece < ranges.count, ranges[piece].lowerBound < chunk * ArenaLayout.chunk {
        piece += 1
      }
      starts.append(piece)
    }
    self.ranges = ranges
    self.ofTensor = ofTensor
    self.tensors = tensors
    self.countsInNorm = tensors.map { countsInNorm[$0] }
    chunkStarts = starts
  }

  /// The number of pieces.
  var count: Int { ranges.count }

  /// The pieces of a run of chunks.
  func pieces(ofChunks chunks: Range<Int>) -> Range<Int> {
    chunkStarts[chunks.lowerBound]..<chunkStarts[chunks.upperBound]
  }

  /// The pieces of the chunk that a range of the arena is.
  func pieces(ofChunkAt range: Range<Int>) -> Range<Int> {
    let chunk = range.lowerBound / ArenaLayout.chunk
    return pieces(ofChunks: chunk..<(chunk + 1))
  }
}

/// What a trust ratio is made of, summed over a piece or a tensor.
package struct TrustSums: Sendable, Hashable, BitwiseCopyable {
  /// The sum of the parameters' squares.
  package var parameters: Double
  /// The sum of the directions' squares.
  package var directions: Double

  /// Adds two neighbours.
  static func + (left: TrustSums, right: TrustSums) -> TrustSums {
    TrustSums(
      parameters: left.parameters + right.parameters,
      directions: left.directions + right.directions)
  }
}
