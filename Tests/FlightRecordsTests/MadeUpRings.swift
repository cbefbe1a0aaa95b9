@testable import FlightRecords

/// Records as ranks of a small job might have left them; times are in milliseconds.
enum MadeUp {
  static func event(
    _ operation: FlightOperation, _ times: (Double, Double?), step: UInt64 = 418,
    during: FlightOperation? = nil, peer: Int? = nil, bytes: UInt64 = 0
  ) -> FlightEvent {
    FlightEvent(
      operation: operation, during: during ?? operation, step: step, bytes: bytes, peer: peer,
      begin: times.0 * 1e6, end: times.1.map { $0 * 1e6 })
  }

  /// A record of a rank with one lane, last seen after a second.
  static func ring(
    _ rank: Int, of count: Int = 3, _ events: [FlightEvent], end: FlightRing.End = .none,
    signal: Int? = nil, waitsFor: FlightRing.MessageWait? = nil, messages: [FlightEvent] = [],
    lastSeen: Double = 1000
  ) -> FlightRing {
    func track(_ events: [FlightEvent]) -> FlightTrack {
      FlightTrack(
        eventCount: UInt64(events.count), lastSeen: events.last.map(\.begin) ?? 0, events: events)
    }
    return FlightRing(
      rank: rank, rankCount: count, processIdentifier: 70 + rank, host: "a", launch: 1, end: end,
      crash: signal.map { FlightRing.Crash(signal: $0, track: 0, time: lastSeen * 1e6) },
      messageWait: waitsFor, lastSeen: lastSeen * 1e6, tracks: [track(events), track(messages)])
  }
}
