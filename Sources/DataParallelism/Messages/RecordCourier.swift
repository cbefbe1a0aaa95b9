internal import MessagePassing

/// Brings the records of all shards to all groups of ranks, with the flags that lanes raised.
///
/// The first ranks of groups talk; the others see the records in the memory of their group.
@safe
final class RecordCourier: @unchecked Sendable {
  private let core: ExchangeCore
  private let parts: [Range<Int>]
  private let firstShard: Int
  private let messages: RequestSet

  private static let tag: Int32 = 20_001

  /// Prepares the messages.
  ///
  /// - Parameters:
  ///   - core: The memory and the ranks.
  ///   - plans: The shards of each group.
  /// - Throws: ``DataParallelismError/messagePassing(_:)`` without memory.
  init(_ core: ExchangeCore, plans: [GroupPlan]) throws(DataParallelismError) {
    let stride = MemoryLayout<ShardRecord>.stride
    self.core = core
    parts = plans.map { ($0.shards.lowerBound * stride)..<($0.shards.upperBound * stride) }
    firstShard = plans[core.groups.own].shards.lowerBound
    messages = try throwing { () throws(MPIError) in try RequestSet() }
  }

  /// Brings the records here at once; called by a rank's first lane.
  func shareRecords() throws(DataParallelismError) {
    guard let leaders = core.groups.leaders else { return }
    try throwing { () throws(MPIError) in
      try start(leaders)
      try leaders.wait(for: messages.requests)
    }
  }

  /// Starts to bring them.
  func start(_ leaders: Communicator) throws(MPIError) {
    var flags: UInt64 = 0
    for lane in 0..<core.group.count { flags |= core.buffers.flags(of: lane) }
    unsafe core.buffers.records[firstShard].carriedFlags = flags
    try unsafe leaders.startAllGather(
      in: UnsafeMutableRawBufferPointer(core.buffers.records), parts: parts, tag: Self.tag,
      using: messages.requests)
  }

  /// Whether all that was started is here.
  func test(_ leaders: Communicator) throws(MPIError) -> Bool {
    try leaders.test(messages.requests)
  }

  /// A group whose records have not come; nil where none is waited for.
  func missingGroup(_ leaders: Communicator) throws(MPIError) -> Int? {
    try leaders.missingPeer(in: messages.requests)
  }
}
