package import JSONText

/// The records of all ranks in the form that chrome://tracing and Perfetto show: a process a rank,
/// a thread a lane.
///
/// Hosts' clocks are taken as they are set, so ranks of several hosts line up as well as these do.
package struct ChromeTrace: Sendable {
  private let rings: [FlightRing]

  /// Makes a trace of some ranks.
  package init(_ rings: [FlightRing]) {
    self.rings = rings
  }

  /// The trace as JSON; times are in microseconds from the first event.
  package var json: JSONValue {
    let start = rings.flatMap(\.tracks).compactMap { $0.events.first?.begin }.min() ?? 0
    var events: [JSONValue] = []
    for ring in rings {
      events.append(Self.name("process_name", ring.name, ring.rank, thread: nil))
      for (index, track) in ring.tracks.enumerated() where !track.events.isEmpty {
        let isLane = index < ring.tracks.count - 1
        events.append(
          Self.name("thread_name", isLane ? "lane \(index)" : "messages", ring.rank, thread: index))
        events += track.events.map { Self.slice($0, ring, thread: index, start: start) }
      }
    }
    return ["displayTimeUnit": "ms", "traceEvents": .array(events)]
  }

  private static func name(_ kind: JSONValue, _ name: String, _ rank: Int, thread: Int?)
    -> JSONValue
  {
    var members: [(String, JSONValue)] = [
      ("name", kind), ("ph", "M"), ("pid", .integer(Int64(rank))),
    ]
    if let thread { members.append(("tid", .integer(Int64(thread)))) }
    members.append(("args", ["name": .string(name)]))
    return .object(JSONObject(members))
  }

  private static func slice(
    _ event: FlightEvent, _ ring: FlightRing, thread: Int, start: Double
  ) -> JSONValue {
    let end = event.end ?? max(event.begin, ring.endTime)
    var details: [(String, JSONValue)] = [("step", JSONValue(unsigned: event.step))]
    if event.bytes > 0 { details.append(("bytes", JSONValue(unsigned: event.bytes))) }
    if let peer = event.peer { details.append(("rank", .integer(Int64(peer)))) }
    if event.during != event.operation { details.append(("during", .string(event.during.name))) }
    return [
      "name": .string(event.operation.name),
      "cat": event.operation.isCommunication ? "communication" : "computation",
      "ph": "X", "pid": .integer(Int64(ring.rank)), "tid": .integer(Int64(thread)),
      "ts": .number((event.begin - start) / 1000), "dur": .number((end - event.begin) / 1000),
      "args": .object(JSONObject(details)),
    ]
  }
}
