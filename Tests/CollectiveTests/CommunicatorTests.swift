import Testing

@testable import MessagePassing

/// Run by one rank, or by `mpirun` as any number of ranks.
extension RankTests {
  @Suite struct CommunicatorTests {
    let all = TestWorld.shared.communicator

    /// A byte that depends on who wrote it and where.
    private func byte(_ rank: Int, _ index: Int) -> UInt8 {
      UInt8(truncatingIfNeeded: rank &* 37 &+ index &* 11 &+ 1)
    }

    @Test("ranks of one machine share a node")
    func node() throws {
      #expect(TestWorld.shared.node.size == all.size)
      #expect(TestWorld.shared.nodeCount == 1)
      let ranks = try all.allGather(all.rank)
      #expect(ranks == Array(0..<all.size))
      let names = try all.allGather(
        text: "rank \(all.rank)" + String(repeating: "é", count: all.rank))
      #expect(names[all.size - 1].hasPrefix("rank \(all.size - 1)"))
      #expect(names.enumerated().allSatisfy { $1.filter { $0 == "é" }.count == $0 })
    }

    @Test("bytes of any count reach all ranks", arguments: [0, 1, 7, 1024, 70_001])
    func broadcast(count: Int) throws {
      for root in 0..<all.size {
        let own = all.rank == root ? (0..<count).map { byte(root, $0) } : []
        #expect(try all.broadcast(bytes: own, from: root) == (0..<count).map { byte(root, $0) })
      }
    }

    @Test(
      "parts of any size are gathered, in pieces too", arguments: [0, 1, 5, 1000, 40_000],
      [1 << 30, 4096, 999])
    func allGather(count: Int, piece: Int) throws {
      all.setPiece(piece)
      defer { all.setPiece(1 << 30) }
      // Rank r has r times as much, so that rank 0 has nothing.
      var parts: [Range<Int>] = []
      for rank in 0..<all.size {
        let start = parts.last?.upperBound ?? 0
        parts.append(start..<(start + rank * count))
      }
      let requests = try Requests()
      for _ in 0..<3 {
        var bytes = [UInt8](repeating: 0, count: parts[all.size - 1].upperBound)
        for index in parts[all.rank] { bytes[index] = byte(all.rank, index) }
        try unsafe bytes.withUnsafeMutableBytes {
          try unsafe all.allGather(in: $0, parts: parts, using: requests)
        }
        for rank in 0..<all.size {
          #expect(parts[rank].allSatisfy { bytes[$0] == byte(rank, $0) })
        }
      }
    }

    @Test("what one rank writes into a window the others read")
    func window() throws {
      let node = TestWorld.shared.node
      let window = try SharedWindow(byteCount: 100_000, node: node)
      let memory = unsafe window.memory
      let address = Int(bitPattern: memory.baseAddress)
      #expect(address % 4096 == 0)
      #expect(unsafe memory.allSatisfy { $0 == 0 })
      try node.barrier()
      for index in stride(from: node.rank, to: 100_000, by: node.size) {
        unsafe memory[index] = byte(node.rank, index)
      }
      try node.barrier()
      let expected = (0..<100_000).map { byte($0 % node.size, $0) }
      #expect(unsafe Array(memory) == expected)
      try window.free()
    }

    @Test("a window larger than shared memory is refused on every rank, with a way out")
    func tooLargeWindow() throws {
      let node = TestWorld.shared.node
      do {
        _ = try SharedWindow(byteCount: 1 << 50, node: node)
        Issue.record("a petabyte was granted")
      } catch {
        if node.size > 1 {
          #expect(error.description.contains("/dev/shm has"))
          #expect(error.description.contains("--shm-size="))
        }
      }
      try node.barrier()
    }

    @Test("an error of MPI is thrown with its text")
    func errors() {
      guard !all.isSerial else { return }
      #expect {
        _ = try all.broadcast(bytes: [1], from: all.size)
      } throws: {
        // Open MPI and MPICH agree on these words, but for the capital.
        let text = "\($0)".lowercased()
        return text.contains("invalid root") && text.contains("from rank \(all.size)")
      }
    }
  }
}
