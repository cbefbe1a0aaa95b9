// What the events of a rank say of how it was when they were read.

extension FlightRing {
  /// The tracks of lanes, without that of messages.
  package var lanes: ArraySlice<FlightTrack> { tracks.dropLast() }

  /// The last moment that is known of the process.
  var endTime: Double {
    if let crash { return crash.time }
    let events = tracks.compactMap { $0.last.map { $0.end ?? $0.begin } }
    return max(lastSeen, events.max() ?? 0)
  }

  /// What the rank was doing: the thread that crashed, else a lane that computed, else the first.
  package var lastEvent: FlightEvent? {
    if let track = crash?.track, let event = tracks[track].last { return event }
    let events = lanes.compactMap(\.last)
    return events.first { !$0.operation.isCommunication } ?? events.first
  }

  /// Whom the rank waits for, and since when; nil where one of its lanes computes.
  package var wait: (rank: Int?, since: Double)? {
    if let messageWait { return (messageWait.rank, messageWait.since) }
    guard let event = lastEvent, event.operation.isCommunication, event.end == nil else {
      return nil
    }
    return (event.peer, event.begin)
  }

  /// The last sign of life of any lane.
  package var lastSign: Double { lanes.map(\.lastSeen).max() ?? lastSeen }

  /// Seconds from a moment to the present, by this host's clock.
  package func age(of time: Double) -> Double { (FlightRecorder.wallTime - time) / 1e9 }

  /// Where the rank was: `in the backward pass of step 418`.
  package var place: String { lastEvent?.place ?? FlightOperation.start.place(step: 0) }
}
