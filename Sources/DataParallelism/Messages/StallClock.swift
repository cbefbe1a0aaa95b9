internal import FlightRecords

/// How long messages have been waited for in vain.
struct StallClock {
  /// Whether it has been long enough to say for whom.
  private(set) var isLong = false
  private var looks = 0
  private var begin: UInt64?

  /// Looks between two readings of the clock.
  private static let looksPerReading = 256
  private static let longNanoseconds: UInt64 = 100_000_000

  /// Something has come.
  mutating func reset() {
    (looks, begin, isLong) = (0, nil, false)
  }

  /// Counts a look in vain.
  ///
  /// - Returns: The seconds that the wait has taken, now and then once it is long; else nil.
  mutating func look() -> Double? {
    looks += 1
    guard looks % Self.looksPerReading == 0 else { return nil }
    let now = FlightRecorder.now
    let begin = begin ?? now
    self.begin = begin
    isLong = now - begin >= Self.longNanoseconds
    return isLong ? 1e-9 * Double(now - begin) : nil
  }
}
