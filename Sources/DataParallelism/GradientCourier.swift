internal import MessagePassing
internal import Tensors

/// The messages of a ``MessageExchange``; only the rank's first lane calls it.
@safe
final class GradientCourier: @unchecked Sendable {
  /// All ranks' sums over this rank's slice, in order of shards: own ones in their slots, others'
  /// where they are received.
  let sliceParts: [FloatView]

  private let core: ExchangeCore
  private let rankPlans: [RankPlan]
  private let requests: Requests
  /// The elements that each rank owns.
  private let slices: [Range<Int>]
  private let recordBytes: [Range<Int>]
  private let gradientSquareBytes: [Range<Int>]
  private let trustSumBytes: [Range<Int>]
  private let parameterBytes: [Range<Int>]
  private static let stateTag: Int32 = 20_000

  private var rank: Int { core.communicator.rank }

  init(_ core: ExchangeCore, rankPlans: [RankPlan]) throws(DataParallelismError) {
    let size = rankPlans.count
    let arena = core.arena
    let chunks = (0..<size).map { evenly(arena.chunkCount, $0, size) }
    func bytes(_ range: Range<Int>, _ stride: Int) -> Range<Int> {
      (range.lowerBound * stride)..<(range.upperBound * stride)
    }
    self.core = core
    self.rankPlans = rankPlans
    self.requests = try throwing { () throws(MPIError) in try Requests() }
    let slices = chunks.map { arena.elements(ofChunks: $0) }
    self.slices = slices
    recordBytes = rankPlans.map { bytes($0.shards, MemoryLayout<ShardRecord>.stride) }
    let pieces = chunks.map { core.buffers.pieces.pieces(ofChunks: $0) }
    gradientSquareBytes = pieces.map { bytes($0, MemoryLayout<Double>.stride) }
    trustSumBytes = pieces.map { bytes($0, MemoryLayout<TrustSums>.stride) }
    parameterBytes = slices.map { bytes($0, MemoryLayout<Float>.stride) }
    var parts: [FloatView] = []
    var received = core.buffers.received.makeIterator()
    let rank = core.communicator.rank
    for (owner, plan) in rankPlans.enumerated() {
      for part in plan.parts {
        if owner == rank {
          let place = part.inputs[0]
          parts.append(core.slot(lane: place.lane, place.slot)[slices[rank]])
        } else if let view = received.next() {
          parts.append(view)
        }
      }
    }
    self.sliceParts = parts
  }

  /// Brings all ranks' records here, with the flags that this rank's lanes raised.
  func shareRecords() throws(DataParallelismError) {
    let records = unsafe core.buffers.records
    var flags: UInt64 = 0
    for lane in 0..<core.group.count { flags |= core.buffers.flags(of: lane) }
    unsafe records[rankPlans[rank].shards.lowerBound].carriedFlags = flags
    try throwing { () throws(MPIError) in
      try unsafe core.communicator.allGather(
        in: UnsafeMutableRawBufferPointer(records), parts: recordBytes, using: requests)
    }
  }

  /// Sends each rank this rank's sums over its slice, and gets theirs over this rank's.
  func exchangeGradients() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      var tag: Int32 = 0
      for (owner, plan) in rankPlans.enumerated() {
        for part in plan.parts {
          if owner == rank {
            try send(part, tag: tag)
          } else {
            try unsafe core.communicator.receive(
              sliceParts[Int(tag)].bytes, from: owner, tag: tag, in: requests)
          }
          tag += 1
        }
      }
      try core.communicator.wait(for: requests)
    }
  }

  private func send(_ part: RankPlan.Part, tag: Int32) throws(MPIError) {
    let place = part.inputs[0]
    let view = core.slot(lane: place.lane, place.slot)
    // Each rank starts with its successor, so that not all send to the same one first.
    for distance in 1..<max(1, slices.count) {
      let peer = (rank + distance) % slices.count
      try unsafe core.communicator.send(
        UnsafeRawBufferPointer(view[slices[peer]].bytes), to: peer, tag: tag, in: requests)
    }
  }

  /// Brings the sums of squares of all ranks' slices of the gradient here.
  func shareGradientSquares() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      try unsafe core.communicator.allGather(
        in: UnsafeMutableRawBufferPointer(core.buffers.gradientSquares),
        parts: gradientSquareBytes, using: requests)
    }
  }

  /// Brings what trust ratios are made of here, from all ranks' slices.
  func shareTrustSums() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      try unsafe core.communicator.allGather(
        in: UnsafeMutableRawBufferPointer(core.buffers.trustSums), parts: trustSumBytes,
        using: requests)
    }
  }

  /// Brings all ranks' slices of the parameters here, and with them the gradient's sums of squares.
  func shareParameters() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      try unsafe core.communicator.startAllGather(
        in: UnsafeMutableRawBufferPointer(core.buffers.gradientSquares),
        parts: gradientSquareBytes, using: requests)
      try unsafe core.communicator.allGather(
        in: core.buffers.parameters.bytes, parts: parameterBytes, using: requests)
    }
  }

  /// Gives rank 0's parameters to all.
  func broadcastParameters() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      try unsafe core.communicator.broadcast(core.buffers.parameters.bytes, from: 0)
    }
  }

  /// Moves each owner's slice of the states to rank 0, or from there.
  func moveState(toRankZero: Bool) throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      for (index, state) in core.buffers.states.enumerated() {
        let tag = Self.stateTag + Int32(index)
        let peers = rank == 0 ? Array(1..<max(1, slices.count)) : [0]
        for peer in peers {
          let bytes = unsafe state[slices[max(rank, peer)]].bytes
          if (rank == 0) == toRankZero {
            try unsafe core.communicator.receive(bytes, from: peer, tag: tag, in: requests)
          } else {
            try unsafe core.communicator.send(
              UnsafeRawBufferPointer(bytes), to: peer, tag: tag, in: requests)
          }
        }
      }
      try core.communicator.wait(for: requests)
    }
  }
}
