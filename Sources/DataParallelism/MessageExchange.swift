package import MessagePassing
package import Tensors

/// The exchange for ranks that do not share memory: they send each other what they need.
///
/// Every rank has all parameters, but owns one slice of them, with its optimizer state. The lanes
/// of a rank meet at a barrier of their own; its first lane does the talking. In a step
///
/// 1. lanes add their rank's gradients as far as the tree goes within it,
/// 2. each rank sends each other the part of these sums that lies in the other's slice,
/// 3. the lanes of each rank finish the tree over their slice and step on it,
/// 4. the new parameters go to all.
///
/// The volume is that of an all-reduce, or less than twice it where the tree does not split as the
/// ranks do.
package final class MessageExchange: GradientExchange {
  /// How gradients travel.
  package var name: String { "messages" }
  /// The plan, the memory, the lanes.
  package let core: ExchangeCore
  /// For each lane of this rank, the sums that make the rank's parts.
  private let localSums: [[TreeSum]]
  /// For each lane of this rank, the sum over all ranks' parts in this rank's slice.
  private let sums: [TreeSum]
  private let courier: GradientCourier
  /// The chunks that this rank owns.
  private let slice: Range<Int>
  private let workers: Int

  /// Sets up the exchange; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up, the same on every rank.
  ///   - world: All ranks.
  /// - Throws: ``DataParallelismError`` where the memory cannot be had.
  package init(_ settings: ExchangeSettings, world: World) throws(DataParallelismError) {
    let communicator = world.communicator
    let (rank, size) = (communicator.rank, communicator.size)
    let plan = settings.plan(ranks: size)
    let rankPlans = (0..<size).map { RankPlan(plan, rank: $0, rankCount: size) }
    let slice = evenly(settings.arena.chunkCount, rank, size)
    let others = rankPlans.enumerated().reduce(0) {
      $0 + ($1.offset == rank ? 0 : $1.element.parts.count)
    }
    let elements = settings.arena.elements(ofChunks: slice)
    let core = try ExchangeCore(
      settings, communicator: communicator, sharesNode: false,
      receivedCounts: Array(repeating: elements.count, count: others))
    communicator.stallLimit = UInt32(settings.stallLimit * 1000)
    let courier = try GradientCourier(core, rankPlans: rankPlans)
    let own = rankPlans[rank].parts
    self.core = core
    self.courier = courier
    self.slice = slice
    self.workers = settings.workers
    self.localSums = core.scratch.map { scratch in
      own.map { part in
        TreeSum(
          part.inputs.map { core.slot(lane: $0.lane, $0.slot) }, program: part.program,
          scratch: scratch)
      }
    }
    let program = RankPlan.program(rankPlans, tree: plan.tree)
    self.sums = core.scratch.map { scratch in
      TreeSum(courier.sliceParts, program: program, scratch: scratch)
    }
  }

  /// Waits until all ranks' records are there, and adds this rank's gradients meanwhile.
  package func finishGradients(
    lane: Int, flags: UInt64
  ) throws(DataParallelismError) -> UInt64 {
    try meet(lane: lane, flags: flags) {
      let worker = lane - core.lanes.lowerBound
      let chunks = evenly(core.arena.chunkCount, worker, workers)
      let range = core.arena.elements(ofChunks: chunks)
      for sum in localSums[worker] { sum.store(range) }
    }
  }

  /// Waits until all ranks' records are there.
  package func shareRecords(lane: Int, flags: UInt64) throws(DataParallelismError) -> UInt64 {
    try meet(lane: lane, flags: flags) {}
  }

  private func meet(
    lane: Int, flags: UInt64, meanwhile work: () -> Void
  ) throws(DataParallelismError) -> UInt64 {
    core.buffers.setFlags(flags, of: core.member(lane))
    try barrier(lane: lane)
    if lane == core.lanes.lowerBound { try courier.shareRecords() }
    work()
    try barrier(lane: lane)
    return core.raisedFlags()
  }

  /// Adds all shards' gradients in the lane's part of the rank's slice, and lets the caller use the
  /// sum.
  package func reduceSlice(
    lane: Int, clipsByNorm: Bool, update: (Range<Int>, FloatView, Double?) -> Void
  ) throws(DataParallelismError) {
    let isFirst = lane == core.lanes.lowerBound
    if isFirst { try courier.exchangeGradients() }
    try barrier(lane: lane)
    let worker = lane - core.lanes.lowerBound
    let part = evenly(slice.count, worker, workers)
    let chunks = (slice.lowerBound + part.lowerBound)..<(slice.lowerBound + part.upperBound)
    let start = core.arena.elements(ofChunks: slice).lowerBound
    let sum = sums[worker]
    let chunkSums = unsafe core.buffers.chunkSums
    for chunk in chunks {
      let range = core.arena.elements(ofChunks: chunk..<(chunk + 1))
      let local = (range.lowerBound - start)..<(range.upperBound - start)
      if clipsByNorm {
        sum.store(local)
        unsafe chunkSums[chunk] = core.arena.squaredNorm(ofChunk: chunk, sum.destination[local])
      } else {
        let gradient = sum(local)
        unsafe chunkSums[chunk] = core.arena.squaredNorm(ofChunk: chunk, gradient)
        update(range, gradient, nil)
      }
    }
    guard clipsByNorm else { return }
    try barrier(lane: lane)
    if isFirst { try courier.shareChunkSums() }
    try barrier(lane: lane)
    let norm = core.buffers.sumOfSquares().squareRoot()
    for chunk in chunks {
      let range = core.arena.elements(ofChunks: chunk..<(chunk + 1))
      let local = (range.lowerBound - start)..<(range.upperBound - start)
      update(range, sum.destination[local], norm)
    }
  }

  /// Sends the new parameters of this rank's slice to all, and gets theirs.
  package func publish(lane: Int) throws(DataParallelismError) {
    try barrier(lane: lane)
    if lane == core.lanes.lowerBound { try courier.shareParameters() }
    try barrier(lane: lane)
  }

  /// Brings the slices of the optimizer state from their owners to rank 0; collective.
  package func gatherState() throws(DataParallelismError) {
    try courier.moveState(toRankZero: true)
  }

  /// Sends rank 0's parameters to all, and slices of its states to their owners; collective.
  package func scatterParametersAndState() throws(DataParallelismError) {
    try courier.broadcastParameters()
    try courier.moveState(toRankZero: false)
  }
}
