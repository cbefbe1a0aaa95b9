import Testing

@testable import MessagePassing

/// Run by one rank, or by `mpirun` as any number of ranks.
extension RankTests {
  @Suite struct AgreementTests {
    private struct Failure: Error {}

    @Test("a failure of some ranks is known to all, a failure of all is their own")
    func together() throws {
      let world = TestWorld.shared
      let value = try world.together { world.rank * 2 }
      #expect(value == world.rank * 2)
      #expect(throws: Failure.self) { try world.together { throw Failure() } }
      guard world.size > 1 else { return }
      for failing in 0..<world.size {
        do {
          try world.together { if world.rank == failing { throw Failure() } }
          Issue.record("no error on rank \(world.rank)")
        } catch PartialFailure.here {
          #expect(world.rank == failing)
        } catch PartialFailure.elsewhere(let rank) {
          #expect(rank == failing && world.rank != failing)
        }
      }
    }
  }
}
