package import MessagePassing
package import Tensors

/// The exchange where all ranks share a node, or are one: everything lies in one window.
///
/// There is one copy of the parameters and of the optimizer's state. Backward passes write straight
/// into the window; each lane adds its slice of all gradients there, and steps on that slice at
/// once, while the sum is in its cache. Nothing is copied and nothing is sent. With one rank and
/// one lane there is nothing to wait for either.
package final class WindowExchange: GradientExchange {
  /// How gradients travel.
  package var name: String { core.communicator.size == 1 ? "threads" : "a shared window" }
  /// The plan, the memory, the lanes.
  package let core: ExchangeCore
  /// For each lane of this rank, its slice, with the sum over the whole frontier.
  private let slices: [LaneSlice]

  /// Sets up the exchange; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up, the same on every rank.
  ///   - world: All ranks, on one node.
  /// - Throws: ``DataParallelismError`` where the memory cannot be had.
  package init(_ settings: ExchangeSettings, world: World) throws(DataParallelismError) {
    let groups = try throwing { () throws(MPIError) in try RankGroups(.together, world: world) }
    let core = try ExchangeCore(settings, groups: groups)
    self.core = core
    self.slices = zip(core.lanes, core.scratch).map { lane, scratch in
      LaneSlice(
        arena: core.arena, chunks: evenly(core.arena.chunkCount, lane, core.plan.laneCount),
        sum: TreeSum(
          core.plan.frontier.map { core.slot(lane: $0.lane, $0.slot) },
          program: core.plan.program, scratch: scratch, roundedCount: core.roundedCount))
    }
  }

  /// Waits until all lanes' gradients and records are there.
  package func finishGradients(
    lane: Int, flags: UInt64
  ) throws(DataParallelismError) -> UInt64 {
    try shareRecords(lane: lane, flags: flags)
  }

  /// Waits until all lanes' records are there.
  package func shareRecords(lane: Int, flags: UInt64) throws(DataParallelismError) -> UInt64 {
    core.buffers.setFlags(flags, of: lane)
    try core.group.barrier(lane)
    return core.raisedFlags()
  }

  /// Adds all shards' gradients in the lane's slice, chunk by chunk.
  package func addGradients(
    lane: Int, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    slices[lane - core.lanes.lowerBound].add(keepsSums: keepsSums, visit)
  }

  /// Waits until all lanes' measurements are there.
  package func meet(lane: Int, for meeting: Meeting) throws(DataParallelismError) {
    try core.group.barrier(lane)
  }

  /// Walks again through the sums of the lane's slice.
  package func revisitSlice(
    lane: Int, isLast: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    slices[lane - core.lanes.lowerBound].revisit(visit)
  }

  /// Makes the new parameters visible to all lanes.
  package func publish(lane: Int) throws(DataParallelismError) {
    try core.group.barrier(lane)
  }

  /// Brings the whole optimizer state to rank 0, where it is already; collective.
  package func gatherState() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in try core.communicator.barrier() }
  }

  /// Waits until rank 0's parameters and states are there for all; collective.
  package func scatterParametersAndState() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in try core.communicator.barrier() }
  }

  /// Frees the memory; collective.
  package func close() throws(DataParallelismError) {
    try core.close()
  }
}
