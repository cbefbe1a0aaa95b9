internal import CFlight

extension FlightRing {
  /// Reads the bytes of a recorder, of a process that may still write or was killed while writing.
  ///
  /// Events that are not whole are left out.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file.
  ///   - path: the file, for errors.
  /// - Throws: ``FlightRecordsError/damaged(path:reason:)``.
  package init(_ bytes: [UInt8], path: String) throws(FlightRecordsError) {
    let headerSize = Int(FLIGHT_HEADER_BYTES)
    guard bytes.count >= headerSize else {
      throw .damaged(path: path, reason: "it has \(bytes.count) bytes")
    }
    let header = Self.load(flight_header.self, from: bytes, at: 0)
    guard header.magic == FLIGHT_MAGIC else {
      throw .damaged(path: path, reason: "it begins otherwise")
    }
    let trackSize = MemoryLayout<flight_track>.stride
    let (tracks, capacity) = (Int(header.track_count), Int(header.capacity))
    guard header.byte_count == UInt64(bytes.count), tracks > 0, capacity > 0,
      tracks <= (bytes.count - headerSize) / trackSize,
      headerSize + tracks * (trackSize + capacity * MemoryLayout<flight_event>.stride)
        <= bytes.count
    else {
      throw .damaged(path: path, reason: "its sizes do not fit together")
    }
    let clock = FlightClock(header)
    let states = (0..<tracks).map {
      Self.load(flight_track.self, from: bytes, at: headerSize + $0 * trackSize)
    }
    rank = Int(header.rank)
    rankCount = Int(header.rank_count)
    processIdentifier = Int(header.pid)
    host = Self.text(of: header.host)
    launch = header.launch
    lastSeen = clock.last
    switch Int(header.end) {
    case FLIGHT_FINISHED: end = .finished
    case FLIGHT_FAILED:
      end = .failed(
        Self.text(of: header.text), culprit: header.culprit < 0 ? nil : Int(header.culprit))
    default: end = .none
    }
    crash =
      header.signal == 0
      ? nil
      : Crash(
        signal: Int(header.signal),
        track: states.firstIndex { $0.thread != 0 && $0.thread == header.signal_thread },
        time: clock.time(ofTicks: header.signal_ticks))
    messageWait =
      Int(header.waits_for) == FLIGHT_WAITS_NOT
      ? nil
      : MessageWait(
        rank: header.waits_for < 0 ? nil : Int(header.waits_for),
        since: clock.time(ofMonotonic: header.waits_since_ns))
    self.tracks = states.enumerated().map { index, state in
      let offset =
        headerSize + tracks * trackSize
        + index * capacity * MemoryLayout<flight_event>.stride
      return FlightTrack(
        eventCount: state.count, lastSeen: clock.time(ofMonotonic: state.seen_ns),
        events: Self.events(bytes, at: offset, capacity: capacity, state, clock))
    }
  }

  private static func events(
    _ bytes: [UInt8], at offset: Int, capacity: Int, _ state: flight_track, _ clock: FlightClock
  ) -> [FlightEvent] {
    let slots = (0..<capacity).map {
      load(
        flight_event.self, from: bytes, at: offset + $0 * MemoryLayout<flight_event>.stride)
    }
    let whole = slots.filter {
      $0.sequence > 0 && $0.sequence <= state.count
        && state.count - $0.sequence < UInt64(capacity)
    }
    return whole.sorted { $0.sequence < $1.sequence }.compactMap { event in
      guard let operation = FlightOperation(rawValue: event.operation),
        let during = FlightOperation(rawValue: event.during),
        event.end == 0 || event.end >= event.begin
      else { return nil }
      return FlightEvent(
        operation: operation, during: during, step: event.step, bytes: event.bytes,
        peer: event.peer < 0 ? nil : Int(event.peer), begin: clock.time(ofTicks: event.begin),
        end: event.end == 0 ? nil : clock.time(ofTicks: event.end))
    }
  }

  /// A plain C structure out of bytes, any of which may hold anything.
  private static func load<Value: BitwiseCopyable>(
    _ type: Value.Type, from bytes: [UInt8], at offset: Int
  ) -> Value {
    unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }

  /// The text in a C array of a fixed size, ended by a zero or its end.
  private static func text<Characters: BitwiseCopyable>(of characters: Characters) -> String {
    unsafe withUnsafeBytes(of: characters) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// Turns a recorder's times into nanoseconds since 1970.
private struct FlightClock {
  /// The last moment noted.
  let last: Double
  private let first: flight_moment
  private let nanosecondsPerTick: Double

  init(_ header: flight_header) {
    first = header.first
    let last = header.last_index == 0 ? header.last.0 : header.last.1
    let ticks = Self.difference(last.ticks, first.ticks)
    let time = Self.difference(last.monotonic_ns, first.monotonic_ns)
    self.last = Double(first.realtime_ns) + time
    nanosecondsPerTick = ticks > 0 && time > 0 ? time / ticks : 1
  }

  func time(ofTicks ticks: UInt64) -> Double {
    Double(first.realtime_ns) + Self.difference(ticks, first.ticks) * nanosecondsPerTick
  }

  func time(ofMonotonic time: UInt64) -> Double {
    Double(first.realtime_ns) + Self.difference(time, first.monotonic_ns)
  }

  private static func difference(_ later: UInt64, _ earlier: UInt64) -> Double {
    Double(Int64(bitPattern: later &- earlier))
  }
}
