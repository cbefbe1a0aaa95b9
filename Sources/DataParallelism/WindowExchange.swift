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
  /// For each lane of this rank, the sum over the whole frontier.
  private let sums: [TreeSum]

  /// Sets up the exchange; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up, the same on every rank.
  ///   - world: All ranks, on one node.
  /// - Throws: ``DataParallelismError`` where the memory cannot be had.
  package init(_ settings: ExchangeSettings, world: World) throws(DataParallelismError) {
    let core = try ExchangeCore(
      settings, communicator: world.communicator, sharesNode: true, receivedCounts: [])
    self.core = core
    self.sums = core.scratch.map { scratch in
      TreeSum(
        core.plan.frontier.map { core.slot(lane: $0.lane, $0.slot) }, program: core.plan.program,
        scratch: scratch)
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

  /// Adds all shards' gradients in the lane's slice and lets the caller use the sum.
  package func reduceSlice(
    lane: Int, clipsByNorm: Bool, update: (Range<Int>, FloatView, Double?) -> Void
  ) throws(DataParallelismError) {
    let buffers = core.buffers
    let sum = sums[lane - core.lanes.lowerBound]
    let chunks = evenly(core.arena.chunkCount, lane, core.plan.laneCount)
    for chunk in chunks {
      let range = core.arena.elements(ofChunks: chunk..<(chunk + 1))
      if clipsByNorm {
        sum.store(range)
        unsafe buffers.chunkSums[chunk] = core.arena.squaredNorm(ofChunk: chunk, sum.destination[range])
      } else {
        let gradient = sum(range)
        unsafe buffers.chunkSums[chunk] = core.arena.squaredNorm(ofChunk: chunk, gradient)
        update(range, gradient, nil)
      }
    }
    guard clipsByNorm else { return }
    try core.group.barrier(lane)
    let norm = buffers.sumOfSquares().squareRoot()
    for chunk in chunks {
      let range = core.arena.elements(ofChunks: chunk..<(chunk + 1))
      update(range, sum.destination[range], norm)
    }
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
}
