import DurableFiles
import TestSupport
import Testing

@testable import FlightRecords

@Suite("Crash reports")
struct CrashReportTests {
  private func lines(_ rings: [FlightRing]) -> [String] {
    CrashReport(FlightFolder(rings: rings)).text.split(separator: "\n").map(String.init)
  }

  @Test("show the rank with a signal first, and whom the others waited for")
  func signal() {
    let lines = lines([
      MadeUp.ring(
        0, [MadeUp.event(.update, (0, 100)), MadeUp.event(.barrier, (100, nil), during: .update)],
        end: .failed("rank 2 (pid 72) died at step 418 while in backward\n  hint: x", culprit: 2)),
      MadeUp.ring(
        1, [MadeUp.event(.waitForGradients, (100, nil), during: .update, peer: 2)]),
      MadeUp.ring(2, [MadeUp.event(.backward, (200, nil))], signal: 11),
    ])
    #expect(
      lines == [
        "rank 2 (host a, pid 72) ended in the backward pass of step 418, 0.8 s into it; "
          + "signal 11 (SIGSEGV)",
        "rank 0 (host a, pid 70) gave up because of rank 2, in the update of step 418, "
          + "at a barrier",
        "rank 1 (host a, pid 71) waited 0.9 s for rank 2 in the update of step 418, "
          + "waiting for gradients",
      ])
  }

  @Test("show a rank that was killed from outside before those that waited")
  func killed() {
    let lines = lines([
      MadeUp.ring(
        0, [MadeUp.event(.update, (100, nil))],
        waitsFor: FlightRing.MessageWait(rank: 1, since: 500e6)),
      MadeUp.ring(1, of: 2, [MadeUp.event(.forward, (300, nil))]),
    ])
    #expect(
      lines[0]
        == "rank 1 (host a, pid 71) ended in the forward pass of step 418, 0.7 s into it; "
        + "no signal noted: killed from outside")
    #expect(lines[1] == "rank 0 (host a, pid 70) waited 0.5 s for rank 1 in the update of step 418")
    #expect(lines[2].hasPrefix("rank 2: no record here"))
  }

  @Test("show a rank that others say died first, though it was at a barrier")
  func accused() {
    let barrier = MadeUp.event(.barrier, (100, nil), during: .update)
    let lines = lines([
      MadeUp.ring(0, [barrier], end: .failed("rank 1 died", culprit: 1)), MadeUp.ring(1, [barrier]),
      MadeUp.ring(2, [barrier], end: .failed("stopped because rank 1 failed", culprit: 1)),
    ])
    #expect(
      lines[0]
        == "rank 1 (host a, pid 71) ended in the update of step 418, at a barrier, 0.9 s into it; "
        + "no signal noted: killed from outside")
  }

  @Test("tell a silent rank by the words of the one that ended the job")
  func silent() {
    let text = "rank 1 (host a, pid 71) has been silent for 3 s in the update of step 417"
    let lines = lines([
      MadeUp.ring(
        0, of: 2, [MadeUp.event(.update, (0, nil))],
        end: .failed(text + "\n  hint: x", culprit: 1)),
      // It was told to go on before it was killed.
      MadeUp.ring(
        1, of: 2, [MadeUp.event(.forward, (900, nil))],
        end: .failed("stopped because rank 1 failed", culprit: 1)),
    ])
    #expect(
      lines[0] == text + ", so rank 0 ended the job; no signal noted: it was stopped or hung")
  }

  @Test("show an error of its own, and ranks that finished last")
  func failed() {
    let lines = lines([
      MadeUp.ring(0, of: 2, [], end: .finished),
      MadeUp.ring(
        1, of: 2, [MadeUp.event(.checkpoint, (0, nil))],
        end: .failed("no space\nmore", culprit: nil)),
    ])
    #expect(
      lines == [
        "rank 1 (host a, pid 71) failed in the checkpoint of step 418: no space",
        "rank 0 (host a, pid 70) finished",
      ])
  }

  @Test("are of the last launch alone, and tell of files that cannot be read")
  func folder() throws {
    let folder = try TemporaryFolder()
    for (rank, launch) in [(0, UInt64(2)), (1, 2), (2, 1)] {
      let recorder = FlightRecorder(lanes: 1, rank: rank, rankCount: launch == 2 ? 2 : 3)
      recorder.begin(0, .forward, step: 1)
      try recorder.move(to: folder.path, launch: launch)
    }
    try FileSystem().replaceFile(folder.file("rank-0009.ring"), with: Array("garbage".utf8))
    let flight = try FlightFolder(folder.path)
    #expect(flight.rings.map(\.rank) == [0, 1])
    #expect(flight.missing == [])
    #expect(flight.problems.count == 1)
    #expect(CrashReport(flight).text.contains("rank-0009.ring is no flight recorder's file"))
  }

  @Test("of a folder without any record say so")
  func nothing() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.file("flight")] {
      let error = #expect(throws: FlightRecordsError.self) { try FlightFolder(path) }
      #expect("\(error, default: "")".contains("no rank left a record"))
    }
  }
}
