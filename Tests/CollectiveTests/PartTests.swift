import Testing

@testable import MessagePassing

/// Run by one rank, or by `mpirun` as any number of ranks.
extension RankTests {
  @Suite struct PartTests {
    let world = TestWorld.shared

    @Test("a part of the ranks is a world of its own that knows who they are in the job")
    func parts() throws {
      let color = world.rank % 2
      let part = try world.part(color: color)
      let members = (0..<world.size).filter { $0 % 2 == color }
      #expect(part.jobRanks == members)
      #expect(part.rank == members.firstIndex(of: world.rank))
      #expect(part.node.size == members.count && part.nodeCount == 1)
      #expect(part.jobRanksOnNode == world.size)
      #expect(try part.communicator.allGather(world.rank) == members)
      // A part of a part still counts in ranks of the job.
      let alone = try part.part(color: part.rank)
      #expect(alone.jobRanks == [world.rank] && alone.size == 1)
      try alone.leave()
      try part.leave()
    }

    @Test("texts of any length go from rank to rank", arguments: [0, 1, 70_001])
    func texts(count: Int) throws {
      let all = world.communicator
      let text = String(repeating: "é", count: count)
      if all.rank == 0 {
        for peer in 1..<max(1, all.size) {
          #expect(try all.receiveText(from: peer) == text + "\(peer)")
          try all.send(text: "\(peer)" + text, to: peer)
        }
      } else {
        try all.send(text: text + "\(all.rank)", to: 0)
        #expect(try all.receiveText(from: 0) == "\(all.rank)" + text)
      }
    }

    @Test("a text that is awaited is there once it was sent, and not before")
    func awaited() throws {
      let all = world.communicator
      if all.rank == 0 {
        let awaited = try (1..<max(1, all.size)).map { try AwaitedText(all, from: $0) }
        for text in awaited { #expect(try text.take() == nil) }
        try all.barrier()
        for (index, text) in awaited.enumerated() {
          var arrived: String?
          while arrived == nil { arrived = try text.take() }
          #expect(arrived == "from \(index + 1)")
        }
      } else {
        try all.barrier()
        try all.send(text: "from \(all.rank)", to: 0)
      }
    }
  }
}
