/// One named tensor in the arena.
public struct ArenaEntry: Sendable, Hashable {
  /// The tensor's name on disk: `dense_1.weight`.
  public let name: String
  /// Its shape, in PyTorch's layout.
  public let shape: Shape
  /// Its first element in the arena, a multiple of 16.
  public let offset: Int

  /// The elements' indices in the arena.
  public var range: Range<Int> { offset..<(offset + shape.count) }
}

/// Where each parameter lies in the flat buffers that hold all parameters, their gradients and the
/// optimizer's state.
///
/// The order is the reverse of execution, so that what the backward pass has finished is always a
/// prefix. Every entry starts on a 64-byte border; the gaps hold zeros for ever, since a zero
/// gradient moves a zero parameter nowhere in any optimizer.
///
/// Behind the parameters, from the border of a chunk on, lie running statistics: they travel, are saved
/// and compared as parameters are, but no optimizer moves them and no norm counts them.
public struct ArenaLayout: Sendable {
  /// The parameters, in arena order.
  public let entries: [ArenaEntry]
  /// The running statistics, in arena order.
  public let statistics: [ArenaEntry]
  /// The chunks that parameters lie in; those behind hold statistics.
  public let parameterChunkCount: Int
  /// The number of floats of the arena, gaps included, a multiple of 16.
  public let count: Int

  /// Elements a chunk: the unit that slices are cut at, and tensors for their sums of squares.
  public static let chunk = 4096

  /// Lays out parameters and running statistics given in order of execution.
  public init(
    executionOrder parameters: [(name: String, shape: Shape)],
    statistics: [(name: String, shape: Shape)] = []
  ) {
    var offset = 0
    func place(_ tensors: [(name: String, shape: Shape)]) -> [ArenaEntry] {
      tensors.reversed().map { tensor in
        defer { offset += FloatView.aligned(tensor.shape.count) }
        return ArenaEntry(name: tensor.name, shape: tensor.shape, offset: offset)
      }
    }
    entries = place(parameters)
    parameterChunkCount = (offset + Self.chunk - 1) / Self.chunk
    if !statistics.isEmpty { offset = parameterChunkCount * Self.chunk }
    self.statistics = place(statistics)
    count = offset
  }

  /// The parameters, then the running statistics.
  public var allEntries: [ArenaEntry] { entries + statistics }

  /// Where the parameters and their gaps end and the running statistics begin.
  public var parameterEnd: Int { statistics.first?.offset ?? count }

  /// The number of chunks, the last one possibly shorter.
  public var chunkCount: Int { (count + Self.chunk - 1) / Self.chunk }

  /// The number of parameters, without gaps.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.shape.count } }

  /// The entry of a name; nil where there is none.
  public subscript(name: String) -> ArenaEntry? {
    entries.first { $0.name == name } ?? statistics.first { $0.name == name }
  }

  /// The entry that an arena index lies in, or the one before the gap that it lies in.
  public func entry(at index: Int) -> ArenaEntry? {
    statistics.last { $0.offset <= index } ?? entries.last { $0.offset <= index }
  }
}
