internal import Tensors

/// Places buffers of known lifetimes into one workspace, reusing the room of dead ones.
///
/// Greedy by size: the largest buffer first, each at the lowest offset where it overlaps no placed
/// buffer that lives at the same time (Pisarchyk and Lee, "Efficient Memory Management for Deep
/// Neural Net Inference", 2020).
struct BufferPlanner {
  /// The index of a buffer.
  typealias ID = Int

  private struct Buffer {
    var count: Int
    var first: Int
    var last: Int
    var parent: ID?
  }

  private var buffers: [Buffer] = []

  /// Asks for `count` floats from one time to another, both included.
  mutating func request(_ count: Int, from first: Int, to last: Int) -> ID {
    buffers.append(Buffer(count: count, first: first, last: max(first, last), parent: nil))
    return buffers.count - 1
  }

  /// Lets one buffer lie where another lies; the room lives as long as either.
  mutating func alias(_ buffer: ID, to other: ID) {
    let target = root(of: other)
    let source = root(of: buffer)
    guard target != source else { return }
    buffers[target].first = min(buffers[target].first, buffers[source].first)
    buffers[target].last = max(buffers[target].last, buffers[source].last)
    buffers[target].count = max(buffers[target].count, buffers[source].count)
    buffers[source].parent = target
  }

  /// Places all buffers.
  ///
  /// - Returns: the offset of every buffer, a multiple of 16 floats, and the size of the workspace.
  func place() -> (offsets: [Int], count: Int) {
    let roots = buffers.indices.filter { buffers[$0].parent == nil && buffers[$0].count > 0 }
    let largestFirst = roots.sorted {
      (buffers[$1].count, $0) < (buffers[$0].count, $1)
    }
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [ID] = []
    var total = 0
    for id in largestFirst {
      let size = FloatView.aligned(buffers[id].count)
      let neighbours = placed.filter { overlap($0, id) }.sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for neighbour in neighbours {
        if offset + size <= offsets[neighbour] { break }
        offset = max(offset, offsets[neighbour] + FloatView.aligned(buffers[neighbour].count))
      }
      offsets[id] = offset
      total = max(total, offset + size)
      placed.append(id)
    }
    for id in buffers.indices { offsets[id] = offsets[root(of: id)] }
    return (offsets, total)
  }

  private func overlap(_ a: ID, _ b: ID) -> Bool {
    buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last
  }

  /// The buffer whose room another one uses; itself where it has its own.
  func root(of id: ID) -> ID {
    var id = id
    while let parent = buffers[id].parent { id = parent }
    return id
  }
}
