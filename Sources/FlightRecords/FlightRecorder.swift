// Who did what when. The recorder writes (this file), FlightRing reads one rank's bytes, FlightFolder
// those of all ranks of a run; CrashReport, StragglerTable and ChromeTrace tell of them.

internal import CFlight
internal import DurableFiles

/// Records what the threads of one rank do, always and in a fixed room: the newest events of each.
///
/// Each thread has a track: the lanes of the rank from 0, and after them one for whoever sends
/// messages while lanes compute. Recording an event takes about 10 ns, neither locks nor allocates, and
/// is allowed to the track's thread alone.
///
/// A track says one thing at a time: what begins ends what was before. A wait is set into it by
/// ``pause(_:for:bytes:peer:)`` and ``resume(_:waitedFor:)``.
@safe
package final class FlightRecorder: @unchecked Sendable {
  /// The rank.
  package let rank: Int
  /// The number of tracks.
  package let trackCount: Int
  /// The track of whoever sends messages while lanes compute.
  package var messageTrack: Int { trackCount - 1 }
  /// The memory; each track is written by its thread, the header by the thread that watches.
  private let memory: UnsafeMutablePointer<flight_header>

  /// Makes a recorder in private memory.
  ///
  /// - Parameters:
  ///   - lanes: the lanes of this rank.
  ///   - rank: this rank.
  ///   - rankCount: the number of ranks.
  package init(lanes: Int, rank: Int, rankCount: Int) {
    guard let memory = unsafe flight_create(UInt32(lanes + 1), UInt32(rank), UInt32(rankCount))
    else {
      preconditionFailure("no memory for \(lanes + 1) tracks of a flight recorder")
    }
    self.rank = rank
    trackCount = lanes + 1
    unsafe self.memory = memory
  }

  deinit {
    unsafe flight_destroy(memory)
  }

  /// Goes on in a file, which outlives the process.
  ///
  /// Nothing may be recorded meanwhile.
  ///
  /// - Parameters:
  ///   - folder: the folder of all ranks' files, made where it is missing; an older file of this
  ///     rank is replaced.
  ///   - launch: tells this start of the program from others: the later, the larger; the same on all
  ///     ranks.
  /// - Throws: ``FlightRecordsError/cannotRecord(reason:)``; it then goes on in private memory.
  package func move(to folder: String, launch: UInt64) throws(FlightRecordsError) {
    do {
      try FileSystem().createFolders(folder)
      let path = FlightFolder.file(ofRank: rank, in: folder)
      let code = unsafe flight_move_to_file(memory, path, launch)
      if code != 0 { throw FileError("write", path, code: code) }
    } catch {
      throw .cannotRecord(reason: "\(error)")
    }
  }

  /// Notes from now on the signal of a crash; the recorder then lives as long as the process.
  ///
  /// The signal's default action follows. The handlers are the process's, so this is for a program,
  /// not for a library within another.
  package func noteSignals() {
    _ = unsafe Unmanaged.passRetained(self)
    unsafe flight_note_signals(memory)
  }

  /// Notes that the calling thread writes a track.
  package func join(_ track: Int) {
    unsafe flight_join(memory, UInt32(track))
  }

  /// Ends what the track does and begins something else.
  ///
  /// - Parameters:
  ///   - track: the track.
  ///   - operation: what begins.
  ///   - step: the step it belongs to, from 1.
  ///   - bytes: how much is moved.
  ///   - peer: the other rank; nil where there is none or several.
  package func begin(
    _ track: Int, _ operation: FlightOperation, step: UInt64, bytes: Int = 0, peer: Int? = nil
  ) {
    unsafe flight_begin(
      memory, UInt32(track), operation.rawValue, step, UInt64(bytes), Int32(peer ?? -1))
  }

  /// Ends what the track does.
  package func end(_ track: Int) {
    unsafe flight_end(memory, UInt32(track))
  }

  /// Begins a wait within what the track does.
  package func pause(
    _ track: Int, for operation: FlightOperation, bytes: Int = 0, peer: Int? = nil
  ) {
    unsafe flight_pause(
      memory, UInt32(track), operation.rawValue, UInt64(bytes), Int32(peer ?? -1))
  }

  /// Ends a wait and goes on with what it interrupted.
  ///
  /// - Parameters:
  ///   - track: the track.
  ///   - peer: the rank that came last; nil where that is not known.
  package func resume(_ track: Int, waitedFor peer: Int? = nil) {
    unsafe flight_resume(memory, UInt32(track), Int32(peer ?? -1))
  }

  /// Notes how the rank ended: in good order, or with an error.
  ///
  /// - Parameters:
  ///   - error: the error's text; nil for a good end.
  ///   - culprit: the rank that caused it, where that is another one.
  package func noteEnd(error: String? = nil, culprit: Int? = nil) {
    let end = error == nil ? FLIGHT_FINISHED : FLIGHT_FAILED
    unsafe flight_note_end(memory, UInt32(end), error ?? "", Int32(culprit ?? -1))
  }
}

// What the thread that watches a rank notes and asks.
extension FlightRecorder {
  /// Nanoseconds of the clock that silences are measured by.
  package static var now: UInt64 { flight_now_ns() }
  /// Nanoseconds since 1970.
  static var wallTime: Double { Double(flight_wall_ns()) }

  /// Notes that the process lives.
  package func tick() {
    unsafe flight_tick(memory)
  }

  /// What a track does, and the number of this event; nil where it does nothing.
  package func newest(
    _ track: Int
  ) -> (sequence: UInt64, operation: FlightOperation, peer: Int?)? {
    let event = unsafe flight_newest(memory, UInt32(track))
    guard event.end == 0, let operation = FlightOperation(rawValue: event.operation) else {
      return nil
    }
    return (event.sequence, operation, event.peer < 0 ? nil : Int(event.peer))
  }

  /// Notes when a track was last seen doing something.
  package func noteSeen(_ track: Int, at time: UInt64) {
    unsafe flight_note_seen(memory, UInt32(track), time)
  }

  /// Notes that the rank waits for a message, or that it does not.
  ///
  /// - Parameter wait: since when, and the rank it comes from, nil where that is not known; nil for
  ///   no wait.
  package func noteWait(_ wait: (rank: Int?, since: UInt64)?) {
    let rank = wait.map { $0.rank.map(Int32.init) ?? Int32(FLIGHT_WAITS_FOR_UNKNOWN) }
    unsafe flight_note_wait(
      memory, rank ?? Int32(FLIGHT_WAITS_NOT), wait?.since ?? 0)
  }

  /// Whether the caller is the first to tell of something about another rank's track.
  ///
  /// - Parameters:
  ///   - path: the other rank's file.
  ///   - track: the track.
  ///   - key: what it is about.
  /// - Returns: whether nobody has told of it before; true also where that cannot be known.
  package static func claim(file path: String, track: Int, key: UInt64) -> Bool {
    unsafe flight_claim(path, UInt32(track), key)
  }

  /// The recorder as others would read it.
  package func ring() throws(FlightRecordsError) -> FlightRing {
    let bytes = unsafe UnsafeRawBufferPointer(
      start: memory, count: flight_byte_count(UInt32(trackCount)))
    return try unsafe FlightRing(Array(bytes), path: "memory")
  }
}
