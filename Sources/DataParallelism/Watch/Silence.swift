internal import FlightRecords

/// A rank of which nothing has been heard for a while.
package struct Silence: Sendable, Hashable, CustomStringConvertible {
  /// The rank; nil where only its absence is known.
  package let rank: Int?
  /// Which rank that is, in words: `rank 1 (host a, pid 71)`.
  package let name: String
  /// Where it was: `in the backward pass of step 418`; nil where that cannot be seen.
  package let place: String?
  /// For how long.
  package let seconds: Int
  /// The ranks that wait for it, as far as this one knows.
  package let waiting: [Int]

  /// What happened, as one sentence.
  package var description: String {
    let place = place ?? "(what it does cannot be seen from here)"
    let waiters =
      waiting.isEmpty
      ? "no other rank waits for it"
      : "\(rankList(waiting)) \(waiting.count == 1 ? "waits" : "wait") for it"
    return "\(name) has been silent for \(seconds) s \(place); \(waiters)"
  }
}
