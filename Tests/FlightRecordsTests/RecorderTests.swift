import CFlight
import DurableFiles
import JSONText
import TestSupport
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
    #expect(events[1].bytes == 4096 && events[1].peer == 1 && events[0].peer == nil)
    #expect(events[0].end == events[1].begin)
    #expect(events.allSatisfy { ($0.duration ?? -1) >= 0 })
    #expect(ring.tracks[1].events.isEmpty)
  }

  @Test("set waits into what a track does, and go on with it")
  func waits() throws {
    let recorder = FlightRecorder(lanes: 1, rank: 0, rankCount: 2)
    recorder.begin(0, .update, step: 3)
    recorder.pause(0, for: .barrier)
    #expect(try recorder.ring().tracks[0].last?.place == "in the update of step 3, at a barrier")
    recorder.resume(0, waitedFor: 1)
    let events = try recorder.ring().tracks[0].events
    #expect(events.map(\.operation) == [.update, .barrier, .update])
    #expect(events.map(\.during) == [.update, .update, .update])
    #expect(events.map(\.step) == [3, 3, 3])
    #expect(events.map(\.peer) == [nil, 1, nil])
    #expect(events[2].end == nil)
  }

  @Test("keep the newest events when their room is full", arguments: [1, 3, 100])
  func wrapping(lanes: Int) throws {
    let recorder = FlightRecorder(lanes: lanes, rank: 0, rankCount: 1)
    for step in 1...10_000 { recorder.begin(lanes - 1, .backward, step: UInt64(step)) }
    let track = try recorder.ring().tracks[lanes - 1]
    #expect(track.eventCount == 10_000)
    #expect(track.events.count >= 64 && track.events.count < 10_000)
    let first = 10_000 - track.events.count + 1
    #expect(track.events.map(\.step) == (first...10_000).map(UInt64.init))
  }

  @Test("tell times as the system's clock does")
  func times() throws {
    let recorder = FlightRecorder(lanes: 1, rank: 0, rankCount: 1)
    let before = FlightRecorder.wallTime
    recorder.begin(0, .forward, step: 1)
    let after = FlightRecorder.wallTime
    recorder.tick()
    let begin = try #require(recorder.ring().tracks[0].last?.begin)
    // The counter's rate is known to some parts in a thousand right after the start.
    #expect(begin > before - 1e6 && begin < after + 1e6)
  }

  @Test("go on in a file, which others read while it is written")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("run/flight")
    let recorder = FlightRecorder(lanes: 2, rank: 1, rankCount: 2)
    recorder.begin(1, .start, step: 0)
    try recorder.move(to: path, launch: 5)
    recorder.begin(1, .forward, step: 1)
    recorder.noteWait((rank: 0, since: FlightRecorder.now))
    let ring = try FlightFolder.ring(ofRank: 1, in: path)
    #expect(ring.launch == 5)
    #expect(ring.tracks[1].events.map(\.operation) == [.start, .forward])
    #expect(ring.messageWait?.rank == 0)
    recorder.noteWait(nil)
    #expect(try FlightFolder.ring(ofRank: 1, in: path).messageWait == nil)
    #expect(throws: FlightRecordsError.self) { try FlightFolder.ring(ofRank: 0, in: path) }
  }

  @Test("say that they cannot record where there is no folder to be had, and go on")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    try FileSystem().replaceFile(folder.file("flight"), with: [])
    let recorder = FlightRecorder(lanes: 1, rank: 0, rankCount: 1)
    let error = #expect(throws: FlightRecordsError.self) {
      try recorder.move(to: folder.file("flight"), launch: 1)
    }
    #expect("\(error, default: "")".contains(folder.file("flight")))
    recorder.begin(0, .forward, step: 1)
    #expect(try recorder.ring().tracks[0].events.count == 1)
  }

  @Test("keep the first reason of an end")
  func ends() throws {
    let recorder = FlightRecorder(lanes: 1, rank: 0, rankCount: 2)
    recorder.noteEnd(error: "rank 1 died", culprit: 1)
    recorder.noteEnd(error: "stopped because rank 1 failed", culprit: 1)
    #expect(try recorder.ring().end == .failed("rank 1 died", culprit: 1))
    let long = FlightRecorder(lanes: 1, rank: 0, rankCount: 1)
    long.noteEnd(error: String(repeating: "é", count: 2000))
    guard case .failed(let text, nil) = try long.ring().end else {
      Issue.record("it failed")
      return
    }
    #expect(text.utf8.count <= 520 && text.hasPrefix("éé"))
  }

  @Test("let one of several readers tell of a silence")
  func claims() throws {
    let folder = try TemporaryFolder()
    let recorder = FlightRecorder(lanes: 1, rank: 0, rankCount: 1)
    try recorder.move(to: folder.path, launch: 1)
    let path = FlightFolder.file(ofRank: 0, in: folder.path)
    #expect(FlightRecorder.claim(file: path, track: 0, key: 7))
    #expect(!FlightRecorder.claim(file: path, track: 0, key: 7))
    #expect(FlightRecorder.claim(file: path, track: 0, key: 9))
    #expect(FlightRecorder.claim(file: folder.file("none"), track: 0, key: 9))
  }
}

@Suite("Bytes of flight recorders")
struct DecodingTests {
  /// The bytes of a recorder with some events.
  private func bytes(events: Int = 20) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let recorder = FlightRecorder(lanes: 1, rank: 0, rankCount: 1)
    for step in 1...events { recorder.begin(0, .forward, step: UInt64(step)) }
    try recorder.move(to: folder.path, launch: 1)
    return try FileSystem().read(FlightFolder.file(ofRank: 0, in: folder.path))
  }

  private static let firstEvent = Int(FLIGHT_HEADER_BYTES) + 2 * MemoryLayout<flight_track>.stride
  private static let eventSize = MemoryLayout<flight_event>.stride

  @Test("show no event that was being written when the process was killed")
  func torn() throws {
    var bytes = try bytes()
    // The writer takes the slot after the newest, so that the ring's first event is in slot 1.
    for byte in 0..<8 { bytes[Self.firstEvent + 20 * Self.eventSize + byte] = 0 }
    let events = try FlightRing(bytes, path: "x").tracks[0].events
    #expect(events.map(\.step) == (1...19).map(UInt64.init))
  }

  @Test("are refused where they are cut, begin otherwise, or claim impossible sizes")
  func refused() throws {
    let bytes = try bytes()
    #expect(throws: FlightRecordsError.self) { try FlightRing([], path: "x") }
    #expect(throws: FlightRecordsError.self) {
      try FlightRing(Array(bytes.prefix(5000)), path: "x")
    }
    #expect(throws: FlightRecordsError.damaged(path: "x", reason: "it begins otherwise")) {
      try FlightRing([1] + bytes.dropFirst(), path: "x")
    }
    var large = bytes
    for byte in 16..<24 { large[byte] = 255 }
    #expect(throws: FlightRecordsError.self) { try FlightRing(large, path: "x") }
  }

  @Test("of any garbage never end the process, nor do reports of it", arguments: 0..<200)
  func garbage(seed: Int) throws {
    var bytes = try bytes(events: 5000)
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    // Everything behind what says how large the file is.
    let range = seed % 2 == 0 ? 24..<3000 : 24..<bytes.count
    for _ in 0..<(range.count / 4) {
      let offset = range.lowerBound + Int(next() % UInt64(range.count))
      bytes[offset] = UInt8(truncatingIfNeeded: next())
    }
    let ring = try FlightRing(bytes, path: "x")
    let folder = FlightFolder(rings: [ring])
    #expect(!CrashReport(folder).text.isEmpty)
    _ = StragglerTable([ring]).exposedShare
    _ = ChromeTrace([ring]).json.text()
  }
}
