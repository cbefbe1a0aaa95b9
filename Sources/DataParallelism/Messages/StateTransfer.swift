internal import MessagePassing
internal import Tensors

/// Moves whole parameters and states between rank 0 and the groups: for checkpoints and at the start.
///
/// Called by the first lane of every rank while no step is on its way.
struct StateTransfer {
  private let core: ExchangeCore
  private let plan: MessagePlan
  private let isSharded: Bool

  private static let tag: Int32 = 20_100

  init(_ core: ExchangeCore, plan: MessagePlan, isSharded: Bool) {
    self.core = core
    self.plan = plan
    self.isSharded = isSharded
  }

  /// Brings the states of all portions to rank 0's memory; collective.
  func gather() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      if isSharded { try moveState(toRankZero: true) }
      // Rank 0's group waits until everything is there.
      try plan.groups.members.barrier()
    }
  }

  /// Gives rank 0's parameters to all groups, and its states to those who update with them; collective.
  func scatter() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      // Within rank 0's group others may still read.
      try plan.groups.members.barrier()
      if let leaders = plan.groups.leaders {
        try unsafe leaders.broadcast(core.buffers.parameters.bytes, from: 0)
        if !isSharded {
          for state in core.buffers.states { try unsafe leaders.broadcast(state.bytes, from: 0) }
        }
      }
      if isSharded { try moveState(toRankZero: false) }
      try plan.groups.members.barrier()
    }
  }

  /// Moves the portions of the states between the first ranks of groups and rank 0.
  private func moveState(toRankZero: Bool) throws(MPIError) {
    guard let leaders = plan.groups.leaders, leaders.size > 1 else { return }
    let requests = try Requests()
    let others = leaders.rank == 0 ? 1..<leaders.size : 0..<1
    for (index, state) in core.buffers.states.enumerated() {
      for peer in others {
        let owner = max(leaders.rank, peer)
        for segment in 0..<plan.segments.count {
          let chunks = plan.segments.portion(segment, of: owner)
          let bytes = unsafe state[plan.arena.elements(ofChunks: chunks)].bytes
          if unsafe bytes.isEmpty { continue }
          if (leaders.rank == 0) == toRankZero {
            try unsafe leaders.receive(
              bytes, from: peer, tag: Self.tag + Int32(index), in: requests)
          } else {
            try unsafe leaders.send(
              UnsafeRawBufferPointer(bytes), to: peer, tag: Self.tag + Int32(index), in: requests)
          }
        }
      }
    }
    try leaders.wait(for: requests)
  }
}
