internal import MessagePassing

extension LinkFacts {
  private static let tag: Int32 = 401
  private static let largeMessage = 4 << 20

  /// The ranks that rank 0 measures to.
  ///
  /// - Parameter nodes: the first rank of each rank's machine.
  /// - Returns: the next rank of rank 0's own machine, and the first of each other one.
  static func peers(nodes: [Int]) -> [Int] {
    nodes.indices.filter { rank in
      let isNext = rank > 0 && nodes[rank] == nodes[0] && !nodes[1..<rank].contains(nodes[0])
      return isNext || (rank > 0 && nodes[rank] == rank)
    }
  }

  /// Measures from rank 0 to another rank; both call it.
  ///
  /// - Returns: the figures on rank 0, nil on the other.
  static func measure(
    to peer: Int, _ communicator: Communicator
  ) throws(MPIError) -> LinkFacts? {
    let line = try Line(communicator, other: communicator.rank == 0 ? peer : 0)
    let small = try line.bestRoundTrip(bytes: 8, rounds: 100)
    let large = try line.bestRoundTrip(bytes: largeMessage, rounds: 4)
    let offset = try line.clockOffset(rounds: 20)
    guard communicator.rank == 0 else { return nil }
    return LinkFacts(
      rank: peer, latency: small / 2, bandwidth: 2 * Double(largeMessage) / large,
      clockOffset: offset)
  }

  /// Two ranks that send each other a buffer, rank 0 first.
  @safe
  private struct Line: ~Copyable {
    private let communicator: Communicator
    private let other: Int
    private let requests: Requests
    private let buffer: UnsafeMutableRawBufferPointer

    init(_ communicator: Communicator, other: Int) throws(MPIError) {
      self.communicator = communicator
      self.other = other
      requests = try Requests()
      unsafe buffer = .allocate(byteCount: largeMessage, alignment: 64)
      unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
      unsafe buffer.deallocate()
    }

    private func send(_ count: Int) throws(MPIError) {
      try unsafe communicator.send(
        .init(rebasing: buffer[..<count]), to: other, tag: tag, in: requests)
      try communicator.wait(for: requests)
    }

    private func receive(_ count: Int) throws(MPIError) {
      try unsafe communicator.receive(
        .init(rebasing: buffer[..<count]), from: other, tag: tag, in: requests)
      try communicator.wait(for: requests)
    }

    /// Seconds there and back, the best of some rounds; the first is not counted.
    func bestRoundTrip(bytes: Int, rounds: Int) throws(MPIError) -> Double {
      var best = Double.infinity
      for round in 0...rounds {
        let begin = Stopwatch.now
        if communicator.rank == 0 {
          try send(bytes)
          try receive(bytes)
        } else {
          try receive(bytes)
          try send(bytes)
        }
        if round > 0 { best = min(best, Stopwatch.now - begin) }
      }
      return best
    }

    /// Seconds by which the other's clock is ahead, from the quickest of some rounds.
    ///
    /// The other's time is taken to be that of the middle of the round trip, as in NTP.
    func clockOffset(rounds: Int) throws(MPIError) -> Double {
      var (best, offset) = (Double.infinity, 0.0)
      for _ in 0..<rounds {
        if communicator.rank == 0 {
          let begin = Stopwatch.wall
          try send(8)
          try receive(8)
          let end = Stopwatch.wall
          let time = unsafe buffer.load(as: Double.self)
          if end - begin < best { (best, offset) = (end - begin, time - (begin + end) / 2) }
        } else {
          try receive(8)
          unsafe buffer.storeBytes(of: Stopwatch.wall, as: Double.self)
          try send(8)
        }
      }
      return offset
    }
  }
}
