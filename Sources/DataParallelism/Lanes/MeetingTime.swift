internal import FlightRecords
package import MessagePassing

/// Measures how long the ranks of a node take to meet in the memory that they share.
package enum MeetingTime {
  private static let rounds = 200

  /// Meets some hundred times.
  ///
  /// Collective over the node.
  ///
  /// - Parameter node: the ranks of a node.
  /// - Returns: seconds that one meeting takes, the best of several means; 0 for a rank alone.
  /// - Throws: ``DataParallelismError`` without shared memory, or where a rank dies meanwhile.
  package static func measure(_ node: Communicator) throws(DataParallelismError) -> Double {
    if node.size == 1 { return 0 }
    let lanes = node.size
    let window = try throwing { () throws(MPIError) in
      try SharedWindow(byteCount: LaneGroup.byteCount(lanes: lanes), node: node)
    }
    guard let memory = unsafe window.memory.baseAddress else {
      preconditionFailure("a window of a lane group has no memory")
    }
    let recorder = FlightRecorder(lanes: 1, rank: node.rank, rankCount: lanes)
    let own = node.rank..<(node.rank + 1)
    var made: LaneGroup?
    if node.rank == 0 {
      made = unsafe LaneGroup(
        making: memory, lanes: lanes, ownLanes: own, recorder: recorder, stallLimit: 0)
    }
    try throwing { () throws(MPIError) in try node.barrier() }
    let group =
      unsafe made
      ?? LaneGroup(
        attaching: memory, lanes: lanes, ownLanes: own, recorder: recorder, stallLimit: 0)
    group.join(node.rank, rank: node.rank)
    try throwing { () throws(MPIError) in try node.barrier() }
    var best = Double.infinity
    for _ in 0..<5 {
      let begin = ContinuousClock.now
      for _ in 0..<rounds { try group.barrier(node.rank) }
      best = min(best, (ContinuousClock.now - begin) / .seconds(rounds))
    }
    try throwing { () throws(MPIError) in try window.free() }
    return best
  }
}
