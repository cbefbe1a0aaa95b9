import Foundation
import Testing

@testable import MessagePassing

private struct Failure: Error {}

/// What a process without a launcher sees.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] == nil))
struct WorldTests {
  @Test("without a launcher there is one rank, and MPI is not started")
  func serial() throws {
    let result = try withWorld { world in
      #expect(world.rank == 0 && world.size == 1 && world.nodeCount == 1)
      #expect(world.library == nil)
      #expect(!world.hostName.isEmpty && world.hostName != "unknown")
      #expect(world.communicator.isSerial)
      return 7
    }
    #expect(result == 7)
  }

  @Test("a single rank's error is thrown on")
  func errorsOfOneRank() {
    #expect(throws: Failure.self) { try withWorld { _ in throw Failure() } }
  }

  @Test("collectives of one rank leave everything as it is")
  func collectivesOfOne() throws {
    try withWorld { world in
      let all = world.communicator
      try all.barrier()
      #expect(try all.allGather(41) == [41])
      #expect(try all.allGather(text: "Zürich") == ["Zürich"])
      #expect(try all.broadcast(bytes: [1, 2, 3], from: 0) == [1, 2, 3])
      try all.wait(for: Requests())
    }
  }

  @Test("a window of one rank is zeroed memory on a page border")
  func windowOfOne() throws {
    try withWorld { world in
      let window = try SharedWindow(byteCount: 10_000, node: world.node)
      let memory = unsafe window.memory
      #expect(memory.count == 10_000)
      let address = Int(bitPattern: memory.baseAddress)
      #expect(address % 4096 == 0)
      #expect(unsafe memory.allSatisfy { $0 == 0 })
      unsafe memory[9_999] = 1
      try window.free()
      try window.free()
    }
  }

  @Test("an impossible window is an error, not a crash")
  func hugeWindow() throws {
    try withWorld { world in
      #expect(throws: MPIError.self) { try SharedWindow(byteCount: 1 << 60, node: world.node) }
    }
  }

  @Test("an error says what failed, why and what to do")
  func errorText() {
    let error = MPIError(operation: "starting MPI", code: -1005)
    #expect(
      error.description == """
        starting MPI failed: srun started several tasks, but not as ranks of one MPI job (code -1005)
          hint: start with `srun --mpi=pmix`, or with `mpirun` inside the allocation (`salloc`, `sbatch`)
        """)
  }
}
