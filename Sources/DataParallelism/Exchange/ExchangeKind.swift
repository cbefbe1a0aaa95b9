package import MessagePassing
internal import Tensors

/// How ranks exchange gradients: `distributed.reducer`.
package enum ExchangeKind: String, Sendable, CaseIterable {
  /// A shared window on each node, messages between nodes.
  case auto
  /// A shared window.
  case window
  /// Messages between all ranks.
  case message
  /// `MPI_Allreduce`.
  case mpi

  /// Sets up an exchange; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up, the same on every rank.
  ///   - world: All ranks.
  /// - Returns: The exchange, with all parameters and states 0.
  /// - Throws: ``DataParallelismError`` where the settings do not suit the ranks, or the memory
  ///   cannot be had.
  package func makeExchange(
    _ settings: ExchangeSettings, world: World
  ) throws(DataParallelismError) -> any GradientExchange {
    try agree(settings, world.communicator)
    if settings.shards < world.size {
      throw .fewerShardsThanRanks(shards: settings.shards, ranks: world.size)
    }
    if self == .window && world.nodeCount > 1 { throw .severalNodes(world.nodeCount) }
    if settings.workers * world.jobRanksOnNode > LaneGroup.coreCount {
      world.communicator.setCrowded(true)
    }
    switch self {
    case .message: return try MessageExchange(settings, world: world, grouping: .apart)
    case .mpi: return try AllReduceExchange(settings, world: world)
    case .auto where world.nodeCount > 1:
      return try MessageExchange(settings, world: world, grouping: .byNode)
    case .auto, .window: return try WindowExchange(settings, world: world)
    }
  }

  /// Compares what must be the same on all ranks, lest they wait for each other for ever.
  private func agree(
    _ settings: ExchangeSettings, _ communicator: Communicator
  ) throws(DataParallelismError) {
    let own: [(String, Int)] = [
      ("parameters and gaps", settings.arena.count), ("shards", settings.shards),
      ("workers", settings.workers), ("optimizer state buffers", settings.stateCount),
      ("bytes of gradients a lane may keep", settings.lazyBudget),
      ("as the number of its slot mode", settings.mode == nil ? 0 : settings.mode == .lazy ? 1 : 2),
      ("as the number of its wire's type", settings.wire == .float32 ? 0 : 1),
      ("bytes of a segment", settings.segmentByteCount ?? 0),
      ("as sharding of the optimizer", settings.shardsOptimizer ? 1 : 0),
      ("as the number of its reducer", Self.allCases.firstIndex(of: self) ?? 0),
    ]
    for (what, value) in own {
      let all = try throwing { () throws(MPIError) in try communicator.allGather(value) }
      if let rank = all.firstIndex(where: { $0 != all[0] }) {
        throw .disagreement(rank: rank, what: what, found: all[rank], expected: all[0])
      }
    }
  }
}
