import JSONText
import Testing

@testable import FlightRecords

/// Two ranks and four steps of 10 ms: rank 1 computes 8 of them, rank 0 computes 4 and waits for it.
private let rings: [FlightRing] = {
  func events(rank: Int) -> [FlightEvent] {
    (1...4).flatMap { step in
      let start = Double(step) * 10
      let busy = rank == 0 ? 2.0 : 4.0
      let begin = start + 2 * busy
      return [
        MadeUp.event(.forward, (start, start + busy), step: UInt64(step)),
        MadeUp.event(.backward, (start + busy, begin), step: UInt64(step)),
        MadeUp.event(
          .barrier, (begin, start + 9), step: UInt64(step), during: .update, peer: 1 - rank),
        MadeUp.event(.update, (start + 9, step == 4 ? nil : start + 10), step: UInt64(step)),
      ]
    }
  }
  return [0, 1].map { rank in
    MadeUp.ring(
      rank, of: 2, events(rank: rank),
      messages: [
        MadeUp.event(.sendGradients, (24, 27), step: 2, peer: 1 - rank, bytes: 4096)
      ])
  }
}()

@Suite("Straggler tables")
struct StragglerTableTests {
  @Test("show where the time of whole steps goes, and who is waited for")
  func table() throws {
    let table = StragglerTable(rings)
    // The first and the last step may be cut.
    #expect(table.steps == 2...3)
    let row = try #require(table.rows.first)
    #expect(row.nanoseconds[.forward] == 2e6)
    #expect(row.nanoseconds[.backward] == 2e6)
    #expect(row.nanoseconds[.waiting] == 5e6)
    #expect(row.nanoseconds[.update] == 1e6)
    #expect(row.waitingShare == 0.5)
    #expect(row.waitsFor?.rank == 1 && row.waitsFor?.share == 1)
    #expect(row.messages == 1.5e6)
    #expect(table.rows[1].waitingShare == 0.1)
    #expect(abs(table.exposedShare - 0.3) < 1e-9)
  }

  @Test("are empty where no step is whole")
  func empty() {
    let table = StragglerTable([MadeUp.ring(0, [MadeUp.event(.forward, (0, 1))])])
    #expect(table.steps == nil && table.rows.isEmpty && table.exposedShare == 0)
    #expect(StragglerTable([]).rows.isEmpty)
  }
}

@Suite("Chrome traces")
struct ChromeTraceTests {
  @Test("have a process a rank, a thread a lane, and a slice an event")
  func trace() throws {
    let trace = try JSONValue.parse(ChromeTrace(rings).json.text())
    let events = try #require(trace["traceEvents"]?.array)
    let names = events.filter { $0["ph"]?.string == "M" }.compactMap { $0["args"]?["name"]?.string }
    #expect(
      names == [
        "rank 0 (host a, pid 70)", "lane 0", "messages", "rank 1 (host a, pid 71)", "lane 0",
        "messages",
      ])
    let slices = events.filter { $0["ph"]?.string == "X" }
    #expect(slices.count == 34)
    #expect(slices[0]["name"]?.string == "forward")
    #expect(slices[0]["ts"]?.number == 0 && slices[0]["dur"]?.number == 2000)
    let wait = try #require(slices.first { $0["name"]?.string == "barrier" })
    #expect(wait["cat"]?.string == "communication")
    #expect(wait["args"]?["rank"]?.integer == 1 && wait["args"]?["step"]?.integer == 1)
    #expect(wait["args"]?["during"]?.string == "update")
    let message = try #require(slices.first { $0["name"]?.string == "send gradients" })
    #expect(message["args"]?["bytes"]?.integer == 4096 && message["tid"]?.integer == 1)
    // What goes on lasts until the process was last seen.
    #expect(slices.contains { $0["ts"]?.number == 39_000 && $0["dur"]?.number == 951_000 })
  }
}
