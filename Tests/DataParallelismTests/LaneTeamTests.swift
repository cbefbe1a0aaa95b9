import Synchronization
import Testing

@testable import DataParallelism

private struct Failure: Error, Equatable {
  let index: Int
}

@Suite(.serialized) struct LaneTeamTests {
  @Test("no lane passes a barrier before all have come", arguments: [1, 2, 3, 4, 8])
  func barrierHoldsAll(lanes: Int) throws {
    let memory = GroupMemory(lanes: lanes)
    let counter = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let rounds = 500
    try LaneTeam.run(workers: lanes, abandon: { memory.group.abandon($0) }) { lane in
      for round in 1...rounds {
        counter.add(1, ordering: .relaxed)
        try memory.group.barrier(lane)
        // All have added; nobody adds again before the second barrier.
        if counter.load(ordering: .relaxed) != round * lanes { wrong.add(1, ordering: .relaxed) }
        try memory.group.barrier(lane)
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(counter.load(ordering: .relaxed) == rounds * lanes)
  }

  @Test("the first error is thrown on and the others leave their barriers", arguments: 0..<3)
  func errorsSpread(failing: Int) {
    let memory = GroupMemory(lanes: 3)
    let told = Mutex<[Int]>([])
    let leavers = Mutex<[DataParallelismError]>([])
    #expect(throws: Failure(index: failing)) {
      try LaneTeam.run(
        workers: 3, abandon: { memory.group.abandon($0) },
        onFirstError: { error in
          told.withLock { $0.append((error as? Failure)?.index ?? -1) }
        }
      ) { lane in
        if lane == failing { throw Failure(index: lane) }
        do {
          try memory.group.barrier(lane)
        } catch let error as DataParallelismError {
          leavers.withLock { $0.append(error) }
          throw error
        }
      }
    }
    #expect(told.withLock { $0 } == [failing])
    #expect(
      leavers.withLock { $0 } == Array(repeating: .abandoned(rank: failing), count: 2))
  }

  @Test("an error of this rank counts more than one that follows from another rank's")
  func newsReplaceConsequences() {
    let told = Mutex<[String]>([])
    let hasFailed = Atomic<Bool>(false)
    #expect(throws: Failure(index: 0)) {
      try LaneTeam.run(
        workers: 2, abandon: { if $0 == 1 { hasFailed.store(true, ordering: .releasing) } },
        onFirstError: { error in told.withLock { $0.append("\(error)") } }
      ) { lane in
        if lane == 1 { throw DataParallelismError.abandoned(rank: 7) }
        while !hasFailed.load(ordering: .acquiring) {}
        throw Failure(index: 0)
      }
    }
    #expect(told.withLock { $0 }.map { $0.contains("rank 7") } == [true, false])
  }

  @Test("a lane that does not come within the limit is named, with its step and phase")
  func stall() {
    let memory = GroupMemory(lanes: 2, stallLimit: 1)
    memory.group.note(1, step: 418, phase: .backward)
    do {
      try memory.group.barrier(0)
      Issue.record("the barrier was passed by one lane of two")
    } catch {
      guard case .stalled(let peer, let waiting, let seconds) = error else {
        Issue.record("unexpected \(error)")
        return
      }
      #expect(peer.rank == 1 && peer.step == 418 && peer.phase == .backward)
      #expect(waiting == [0] && seconds == 1)
      #expect(error.description.contains("at step 418 while in backward; rank 0 waited for it"))
      #expect(!error.isConsequence)
    }
  }

  @Test("a team of one runs on the calling thread")
  func teamOfOne() throws {
    let visits = Mutex<[Int]>([])
    try LaneTeam.run(workers: 1, abandon: { _ in }) { lane in visits.withLock { $0.append(lane) } }
    #expect(visits.withLock { $0 } == [0])
    #expect(throws: Failure(index: 0)) {
      try LaneTeam.run(workers: 1, abandon: { _ in }) { throw Failure(index: $0) }
    }
  }
}
