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
  /// For each lane of this rank, its part of this rank's slice, with the sum over all ranks' parts.
  private let slices: [LaneSlice]
  private let courier: GradientCourier
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
    self.workers = settings.workers
    self.localSums = core.scratch.map { scratch in
      own.map { part in
        TreeSum(
          part.inputs.map { core.slot(lane: $0.lane, $0.slot) }, program: part.program,
          scratch: scratch)
      }
    }
    let program = RankPlan.program(rankPlans, tree: plan.tree)
    self.slices = core.scratch.enumerated().map { worker, scratch in
      let part = evenly(slice.count, worker, settings.workers)
      return LaneSlice(
        arena: core.arena,
        chunks: (slice.lowerBound + part.lowerBound)..<(slice.lowerBound + part.upperBound),
        start: elements.lowerBound,
        sum: TreeSum(courier.sliceParts, program: program, scratch: scratch))
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

  /// Adds all shards' gradients in the lane's part of the rank's slice, chunk by chunk.
  package func addGradients(
    lane: Int, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    if lane == core.lanes.lowerBound { try courier.exchangeGradients() }
    try barrier(lane: lane)
    slices[lane - core.lanes.lowerBound].add(keepsSums: keepsSums, visit)
  }

  /// Waits until all ranks' measurements are there.
  package func meet(lane: Int, for meeting: Meeting) throws(DataParallelismError) {
    try barrier(lane: lane)
    if lane == core.lanes.lowerBound {
      switch meeting {
      case .gradientNorm: try courier.shareGradientSquares()
      case .trustRatios: try courier.shareTrustSums()
      }
    }
    try barrier(lane: lane)
  }

  /// Walks again through the sums of the lane's part of the rank's slice.
  package func revisitSlice(lane: Int, visit: (Range<Int>, FloatView) -> Void) {
    slices[lane - core.lanes.lowerBound].revisit(visit)
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
