internal import Tensors

/// The arena cut into segments: what is exchanged between groups at once, as soon as the backward
/// pass has finished it.
///
/// A segment is a run of chunks. Each group owns a portion of every segment, adds it up and updates
/// it, so that at any moment all links carry the same. No cut changes a bit: all sums are of single
/// elements, or over pieces that lie within a chunk.
struct ArenaSegments: Sendable {
  /// The chunks of each segment.
  let chunks: [Range<Int>]
  /// The arena's element behind each segment's last.
  let ends: [Int]
  private let groups: Int

  /// The most segments: their number is part of messages' tags.
  private static let most = 4096
  /// Bytes of one group's portion: messages shorter than this cost more a byte.
  private static let portionBytes = 512 << 10
  /// Segments that an arena is cut into where it is large enough for messages of 64 KiB.
  private static let least = 4

  /// Cuts an arena.
  ///
  /// - Parameters:
  ///   - arena: The parameters' layout.
  ///   - groups: The number of groups.
  ///   - byteCount: The size of a segment; nil for one that suits the groups.
  init(_ arena: ArenaLayout, groups: Int, byteCount: Int?) {
    let chunkBytes = ArenaLayout.chunk * MemoryLayout<Float>.stride
    let total = arena.count * MemoryLayout<Float>.stride
    let suitable = min(
      max(groups, 2) * Self.portionBytes, max(total / Self.least, groups * (64 << 10)))
    let wanted = max((byteCount ?? suitable) / chunkBytes, 1)
    let size = max(wanted, (arena.chunkCount + Self.most - 1) / Self.most)
    var chunks: [Range<Int>] = []
    var start = 0
    while start < arena.chunkCount {
      // Running statistics have segments of their own: they are never rounded.
      let border = start < arena.parameterChunkCount ? arena.parameterChunkCount : arena.chunkCount
      chunks.append(start..<min(start + size, border))
      start = min(start + size, border)
    }
    self.chunks = chunks
    self.groups = groups
    ends = chunks.map { arena.elements(ofChunks: $0).upperBound }
  }

  /// The number of segments.
  var count: Int { chunks.count }

  /// The chunks of a segment that a group owns.
  func portion(_ segment: Int, of group: Int) -> Range<Int> {
    Self.part(chunks[segment], group, of: groups)
  }

  /// One of several even parts of a run of chunks.
  static func part(_ chunks: Range<Int>, _ index: Int, of count: Int) -> Range<Int> {
    let part = evenly(chunks.count, index, count)
    return (chunks.lowerBound + part.lowerBound)..<(chunks.lowerBound + part.upperBound)
  }

  /// The number of segments that end at or before an element.
  func complete(before element: Int, from known: Int) -> Int {
    var count = known
    while count < ends.count, ends[count] <= element { count += 1 }
    return count
  }
}
