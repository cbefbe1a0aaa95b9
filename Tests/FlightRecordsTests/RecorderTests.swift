import Testing

@testable import FlightRecords

@Suite("Flight recorders")
struct RecorderTests {
  @Test("keep what a track did, in order")
  func order() throws {
    let recorder = FlightRecorder(lanes: 1, rank: 2, rankCount: 3)
    recorder.begin(0, .forward, step: 7)
    recorder.begin(0, .sendGradients, step: 7, bytes: 4096, peer: 1)
    recorder.end(0)
    let ring = try recorder.ring()
    #expect(ring.rank == 2 && ring.rankCount == 3 && ring.tracks.count == 2)
    #expect(ring.end == .none && ring.crash == nil && ring.messageWait == nil)
    let events = ring.tracks[0].events
    #expect(events.map(\.operation) == [.forward, .sendGradients])
    #expect(events.map(\.step) == [7, 7])
    #expect(events[1].bytes == 4096 && events[1].peer == 1)
    #expect(events[0].end == events[1].begin)
    #expect(events.allSatisfy { ($0.duration ?? -1) >= 0 })
    #expect(ring.tracks[1].events.isEmpty)
  }
}
