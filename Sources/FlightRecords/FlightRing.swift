internal import CFlight

/// What one rank recorded, as read from its bytes.
///
/// Times are in nanoseconds of the rank's system clock since 1970, which hosts share as well as their
/// clocks are set.
package struct FlightRing: Sendable {
  /// How the rank said that it ended.
  package enum End: Sendable, Hashable {
    /// It did not: it runs, or was killed.
    case none
    /// In good order.
    case finished
    /// With an error, perhaps because of another rank.
    case failed(String, culprit: Int?)
  }

  /// A signal that ended the process.
  package struct Crash: Sendable, Hashable {
    /// The signal.
    package let signal: Int
    /// The track of the thread that got it; nil for a thread without one.
    package let track: Int?
    /// When.
    package let time: Double
  }

  /// A wait for a message, as the thread that watches noted it.
  package struct MessageWait: Sendable, Hashable {
    /// The rank that it comes from; nil where that is not known.
    package let rank: Int?
    /// Since when.
    package let since: Double
  }

  /// The rank.
  package let rank: Int
  /// The number of ranks.
  package let rankCount: Int
  /// The rank's process.
  package let processIdentifier: Int
  /// The host it ran on.
  package let host: String
  /// Tells the launches of a run apart: the later, the larger.
  package let launch: UInt64
  /// How it said that it ended.
  package let end: End
  /// The signal that ended it; nil for none noted.
  package let crash: Crash?
  /// The message it waits for; nil for none.
  package let messageWait: MessageWait?
  /// When the process was last seen alive.
  package let lastSeen: Double
  /// What each thread did.
  package let tracks: [FlightTrack]

  /// Which rank on which host: `rank 2 (host a, pid 71)`.
  package var name: String { "rank \(rank) (host \(host), pid \(processIdentifier))" }
}

/// What one thread did.
package struct FlightTrack: Sendable {
  /// How many events it began, of which the last are there.
  package let eventCount: UInt64
  /// When it was last seen doing something.
  package let lastSeen: Double
  /// Its last events, in order of time.
  package let events: [FlightEvent]

  /// What it was doing last; nil where it recorded nothing.
  package var last: FlightEvent? { events.last }
}

/// What a thread did from one moment to another.
package struct FlightEvent: Sendable, Hashable {
  /// What it did.
  package let operation: FlightOperation
  /// What a wait interrupted; the operation itself where it is none.
  package let during: FlightOperation
  /// The step, from 1.
  package let step: UInt64
  /// Bytes moved.
  package let bytes: UInt64
  /// The other rank; nil for none.
  package let peer: Int?
  /// When it began.
  package let begin: Double
  /// When it ended; nil where it goes on.
  package let end: Double?

  /// Nanoseconds; nil where it goes on.
  package var duration: Double? { end.map { $0 - begin } }

  /// Where its thread was: `in the update of step 3, at a barrier`.
  package var place: String { operation.place(within: during, step: step) }
}
