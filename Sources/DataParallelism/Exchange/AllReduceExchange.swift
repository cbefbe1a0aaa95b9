internal import FlightRecords
package import MessagePassing
package import Tensors

/// The exchange that leaves the adding to `MPI_Allreduce`, for networks whose hardware adds.
///
/// Each rank adds the gradients of its own shards, MPI adds those of the ranks, and every rank updates
/// everything. MPI chooses the order of its additions by the number of ranks, so this is the one
/// exchange whose last bits depend on it; workers of a rank change nothing even here.
package final class AllReduceExchange: GradientExchange {
  /// How gradients travel.
  package var name: String { "MPI_Allreduce (the last bits depend on the number of ranks)" }
  /// The plan, the memory, the lanes.
  package let core: ExchangeCore
  /// For each lane of this rank, the sum of the rank's gradients.
  private let localSums: [TreeSum]
  private let slices: [LaneSlice]
  private let courier: RecordCourier

  /// Sets up the exchange; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up, the same on every rank.
  ///   - world: All ranks.
  /// - Throws: ``DataParallelismError`` where the memory cannot be had.
  package init(_ settings: ExchangeSettings, world: World) throws(DataParallelismError) {
    let groups = try throwing { () throws(MPIError) in try RankGroups(.apart, world: world) }
    let core = try ExchangeCore(settings, groups: groups)
    core.communicator.stallLimit = UInt32(settings.stallLimit * 1000)
    let plans = groups.groups.map { ranks in
      GroupPlan(
        core.plan,
        lanes: (ranks.lowerBound * settings.workers)..<(ranks.upperBound * settings.workers))
    }
    let own = plans[groups.own]
    // The sums that the tree leaves are no neighbours in it: they are added from the left.
    var program: [Int32] = []
    for part in own.parts {
      let isFirst = program.isEmpty
      program += core.plan.tree.program(for: part.shards, from: part.inputs.map(\.shards)).map {
        input in
        guard input >= 0 else { return input }
        let lanePart = part.inputs[Int(input)]
        return Int32(own.laneParts.firstIndex(of: lanePart) ?? 0)
      }
      if !isFirst { program.append(-1) }
    }
    self.core = core
    courier = try RecordCourier(core, plans: plans)
    let parts = own.laneParts.map { core.slot(lane: $0.lane, $0.slot) }
    localSums = core.scratch.map { TreeSum(parts, program: program, scratch: $0) }
    slices = core.scratch.enumerated().map { worker, scratch in
      LaneSlice(
        arena: core.arena, chunks: evenly(core.arena.chunkCount, worker, settings.workers),
        sum: TreeSum([parts[0]], program: [0], scratch: scratch))
    }
  }

  /// Waits until all ranks' records are there, and adds this rank's gradients meanwhile.
  package func finishGradients(
    lane: Int, flags: UInt64
  ) throws(DataParallelismError) -> UInt64 {
    try meet(lane: lane, flags: flags) {
      let worker = lane - core.lanes.lowerBound
      localSums[worker].store(core.arena.elements(ofChunks: slices[worker].chunks))
    }
  }

  /// Waits until all ranks' records are there.
  package func shareRecords(lane: Int, flags: UInt64) throws(DataParallelismError) -> UInt64 {
    try meet(lane: lane, flags: flags) {}
  }

  private func meet(
    lane: Int, flags: UInt64, meanwhile work: () -> Void
  ) throws(DataParallelismError) -> UInt64 {
    announce(lane: lane, flags: flags)
    try barrier(lane: lane)
    if lane == core.lanes.lowerBound { try courier.shareRecords() }
    work()
    try barrier(lane: lane)
    return core.raisedFlags()
  }

  /// Lets MPI add the ranks' gradients, and visits the lane's part of all sums.
  package func addGradients(
    lane: Int, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    if lane == core.lanes.lowerBound {
      let sum = localSums[0].destination
      core.recorder.pause(0, for: .allReduce, bytes: sum.count * MemoryLayout<Float>.stride)
      try throwing { () throws(MPIError) in
        try unsafe core.communicator.sum(
          UnsafeMutableBufferPointer(start: sum.pointer, count: sum.count))
      }
      core.recorder.resume(0)
    }
    try barrier(lane: lane)
    slices[lane - core.lanes.lowerBound].add(keepsSums: keepsSums, visit)
  }

  /// Waits until all lanes' measurements are there; each rank has measured everything.
  package func meet(lane: Int, for meeting: Meeting) throws(DataParallelismError) {
    try barrier(lane: lane)
  }

  /// Walks again through the lane's part of the sums.
  package func revisitSlice(
    lane: Int, isLast: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    slices[lane - core.lanes.lowerBound].revisit(visit)
  }

  /// Waits until all lanes of the rank have updated their parts.
  package func publish(lane: Int) throws(DataParallelismError) {
    try barrier(lane: lane)
  }

  /// Waits for all ranks: rank 0 has the whole state already; collective.
  package func gatherState() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in try core.communicator.barrier() }
  }

  /// Sends rank 0's parameters and states to all; collective.
  package func scatterParametersAndState() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      for buffer in [core.buffers.parameters] + core.buffers.states {
        try unsafe core.communicator.broadcast(buffer.bytes, from: 0)
      }
    }
  }

  /// Frees the memory; collective.
  package func close() throws(DataParallelismError) {
    try core.close()
  }
}
