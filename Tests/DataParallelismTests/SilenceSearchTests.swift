import FlightRecords
import Foundation
import TestSupport
import Testing

@testable import DataParallelism

@Suite("The search for silent ranks", .serialized)
struct SilenceSearchTests {
  private let names = (0..<3).map { "rank \($0) (host a, pid \(70 + $0))" }

  /// Looks as often as the watching thread does, for somewhat more than a second.
  private func lookOn(
    _ search: inout SilenceSearch, messageWait: (rank: Int?, since: UInt64)? = nil,
    meanwhile: () -> Void = {}
  ) {
    for _ in 0..<12 {
      usleep(100_000)
      meanwhile()
      search.look(messageWait: messageWait, readsRecords: true)
    }
  }

  @Test("names the lane that others wait for, and lets one of them tell")
  func awaited() throws {
    let memory = GroupMemory(lanes: 3)
    let group = memory.group
    let waiters = try [0, 2].map { lane in
      try WorkerThread {
        do { try group.barrier(lane) } catch { Issue.record(error) }
      }
    }
    group.note(1, step: 4, phase: .forward)
    var search = SilenceSearch(group, ranks: names)
    lookOn(&search)
    let found = try #require(search.longest(beyond: 1))
    #expect(
      found.silence
        == Silence(
          rank: 1, name: names[1], place: "in the forward pass of step 4", seconds: 1,
          waiting: [0, 2]))
    #expect([found.claim(.warning), found.claim(.warning)] == [true, false])
    group.note(1, step: 4, phase: .backward)
    search.look(messageWait: nil, readsRecords: true)
    #expect(search.longest(beyond: 1)?.silence == nil)
    try group.barrier(1)
    for waiter in waiters { waiter.join() }
  }

  @Test("finds nobody where all wait or give signs of life")
  func alive() {
    let memory = GroupMemory(lanes: 2, ownLanes: 0..<2)
    var search = SilenceSearch(memory.group, ranks: ["rank 0"])
    search.setRunning(true)
    lookOn(&search) {
      memory.group.note(0, step: 1, phase: .forward)
      memory.group.note(1, step: 1, phase: .forward)
    }
    #expect(search.longest(beyond: 1)?.silence == nil)
    lookOn(&search) { memory.group.note(1, step: 1, phase: .backward) }
    let silence = search.longest(beyond: 1)?.silence
    #expect(silence?.rank == 0 && silence?.waiting == [])
    #expect(silence?.place == "in the forward pass of step 1")
    search.setRunning(false)
    #expect(search.longest(beyond: 1)?.silence == nil)
  }

  @Test("follows waits from rank to rank to the one that was stopped")
  func chain() throws {
    let folder = try TemporaryFolder()
    let others = [1, 2].map { FlightRecorder(lanes: 1, rank: $0, rankCount: 3) }
    for recorder in others {
      recorder.begin(0, .backward, step: 8)
      try recorder.move(to: folder.path, launch: 4)
    }
    let memory = GroupMemory(lanes: 1, ownLanes: 0..<1)
    var search = SilenceSearch(memory.group, ranks: names)
    search.flight = (folder.path, 4)
    let since = FlightRecorder.now
    lookOn(&search, messageWait: (1, since)) {
      others[0].tick()
      others[0].noteWait((2, since))
    }
    let found = try #require(search.longest(beyond: 1))
    #expect(found.silence.name == names[2])
    #expect(found.silence.place == "in the backward pass of step 8")
    #expect(found.silence.waiting == [0, 1])
    #expect(
      [found.claim(.warning), found.claim(.warning), found.claim(.end)] == [true, false, true])
    // A rank that failed is ending the job.
    others[1].noteEnd(error: "as planned")
    #expect(search.longest(beyond: 1)?.silence == nil)
    others[1].noteEnd()
    // A rank that is at work is not silent, however long others wait for it.
    others[1].tick()
    others[1].noteSeen(0, at: FlightRecorder.now)
    #expect(search.longest(beyond: 1)?.silence == nil)
  }

  @Test("names a rank of which nothing else can be seen")
  func unseen() throws {
    let memory = GroupMemory(lanes: 1, ownLanes: 0..<1)
    var search = SilenceSearch(memory.group, ranks: names)
    lookOn(&search, messageWait: (2, FlightRecorder.now))
    let silence = try #require(search.longest(beyond: 1)).silence
    #expect(
      silence.description
        == "rank 2 (host a, pid 72) has been silent for 1 s (what it does cannot be seen from here); "
        + "rank 0 waits for it")
  }
}
