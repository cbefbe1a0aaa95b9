internal import MessagePassing
internal import Tensors

/// What a group of ranks needs of memory for messages to other groups.
struct MessageRooms: Sendable {
  /// The sizes, in floats, of buffers for others' gradients.
  var received: [Int] = []
  /// Whether there is a buffer for the sums of all gradients.
  var holdsTotals = false
  /// 64-bit words for counters.
  var wordCount = 0
}

/// Where everything that the lanes of a step share lies in one run of memory.
///
/// Regions start on page borders, plus a few cache lines each: buffers that are walked in step
/// would otherwise all fall on the same sets of the cache.
struct ExchangeRegions: Sendable {
  private(set) var byteCount = 0
  let team: Int
  let flags: Int
  let records: Int
  let gradientSquares: Int
  let trustSums: Int
  let parameters: Int
  let states: [Int]
  let slots: [Int]
  let received: [Int]
  let totals: Int?
  let words: Int

  /// Lays out the regions.
  ///
  /// - Parameters:
  ///   - arena: The parameters' layout.
  ///   - pieces: The number of pieces of its tensors.
  ///   - shards: The number of shards.
  ///   - lanes: The number of lanes that share the memory.
  ///   - slots: The number of gradients.
  ///   - states: The number of optimizer state buffers.
  ///   - rooms: What messages need.
  init(
    arena: ArenaLayout, pieces: Int, shards: Int, lanes: Int, slots: Int, states: Int,
    rooms: MessageRooms
  ) {
    var end = 0
    var stagger = 0
    func take(_ bytes: Int) -> Int {
      defer { end += (bytes + 127) / 128 * 128 }
      return end
    }
    func takeArena(_ floats: Int) -> Int {
      stagger = (stagger + 5 * 64) % 4096
      end = (end + 4095) / 4096 * 4096 + stagger
      return take(floats * MemoryLayout<Float>.stride)
    }
    team = take(LaneGroup.byteCount(lanes: lanes))
    // Lanes write their flags at the same time: a pair of cache lines each.
    flags = take(lanes * Self.flagStride)
    records = take(shards * MemoryLayout<ShardRecord>.stride)
    gradientSquares = take(pieces * MemoryLayout<Double>.stride)
    trustSums = take(pieces * MemoryLayout<TrustSums>.stride)
    words = take(rooms.wordCount * MemoryLayout<UInt64>.stride)
    parameters = takeArena(arena.count)
    self.states = (0..<states).map { _ in takeArena(arena.count) }
    self.slots = (0..<slots).map { _ in takeArena(arena.count) }
    received = rooms.received.map { takeArena($0) }
    totals = rooms.holdsTotals ? takeArena(arena.count) : nil
    byteCount = end
  }

  /// Bytes from one lane's flags to the next's.
  static let flagStride = 128
}

/// The views of the regions in memory.
///
/// Whoever uses a view has the right to: see ``GradientExchange`` for who may touch what between
/// which barriers.
@safe
final class ExchangeBuffers: @unchecked Sendable {
  let arena: ArenaLayout
  let window: SharedWindow
  let regions: ExchangeRegions
  let parameters: FloatView
  let states: [FloatView]
  let slots: [FloatView]
  let received: [FloatView]
  /// The sums of all gradients; nil where nobody needs them all.
  let totals: FloatView?
  let words: UnsafeMutablePointer<UInt64>
  let records: UnsafeMutableBufferPointer<ShardRecord>
  let pieces: TensorPieces
  let gradientSquares: UnsafeMutableBufferPointer<Double>
  let trustSums: UnsafeMutableBufferPointer<TrustSums>
  private let base: UnsafeMutableRawPointer

  /// Allocates the memory: shared by a node, if one is given (collective), or private.
  init(
    arena: ArenaLayout, pieces: TensorPieces, shards: Int, regions: ExchangeRegions,
    rooms: MessageRooms, node: Communicator?
  ) throws(MPIError) {
    let window = try SharedWindow(byteCount: regions.byteCount, node: node)
    guard let base = unsafe window.memory.baseAddress else {
      preconditionFailure("a window of \(regions.byteCount) bytes has no memory")
    }
    func view(_ offset: Int, _ count: Int) -> FloatView {
      unsafe FloatView(
        pointer: (base + offset).bindMemory(to: Float.self, capacity: count), count: count)
    }
    self.arena = arena
    self.pieces = pieces
    self.window = window
    self.regions = regions
    unsafe self.base = base
    parameters = view(regions.parameters, arena.count)
    states = regions.states.map { view($0, arena.count) }
    slots = regions.slots.map { view($0, arena.count) }
    received = zip(regions.received, rooms.received).map { view($0, $1) }
    totals = regions.totals.map { view($0, arena.count) }
    unsafe words = (base + regions.words).bindMemory(
      to: UInt64.self, capacity: max(1, rooms.wordCount))
    unsafe records = UnsafeMutableBufferPointer(
      start: (base + regions.records).bindMemory(to: ShardRecord.self, capacity: shards),
      count: shards)
    unsafe gradientSquares = UnsafeMutableBufferPointer(
      start: (base + regions.gradientSquares).bindMemory(to: Double.self, capacity: pieces.count),
      count: pieces.count)
    unsafe trustSums = UnsafeMutableBufferPointer(
      start: (base + regions.trustSums).bindMemory(to: TrustSums.self, capacity: pieces.count),
      count: pieces.count)
  }

  /// The memory of the lane group.
  var team: UnsafeMutableRawPointer { unsafe base + regions.team }

  /// The flags that a lane raised last.
  func flags(of lane: Int) -> UInt64 {
    unsafe (base + regions.flags + lane * ExchangeRegions.flagStride).load(as: UInt64.self)
  }

  /// Raises flags of a lane, in place of those of the step before.
  func setFlags(_ flags: UInt64, of lane: Int) {
    unsafe (base + regions.flags + lane * ExchangeRegions.flagStride)
      .storeBytes(of: flags, as: UInt64.self)
  }
}

extension ArenaLayout {
  /// The elements of a run of chunks.
  func elements(ofChunks chunks: Range<Int>) -> Range<Int> {
    let end = min(chunks.upperBound * Self.chunk, count)
    return min(chunks.lowerBound * Self.chunk, end)..<end
  }
}
