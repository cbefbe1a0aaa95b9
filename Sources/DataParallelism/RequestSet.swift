internal import Glibc
internal import MessagePassing

/// A set of messages that may lie in an array beside others.
final class RequestSet {
  let requests: Requests

  init() throws(MPIError) {
    requests = try Requests()
  }

  /// Makes several sets.
  static func make(_ count: Int) throws(MPIError) -> [RequestSet] {
    var sets: [RequestSet] = []
    for _ in 0..<count { sets.append(try RequestSet()) }
    return sets
  }
}

/// How long messages have been waited for in vain.
struct StallClock {
  /// Whether it has been long enough to say for whom.
  private(set) var isLong = false
  private var looks = 0
  private var begin: Double?

  /// Looks between two readings of the clock.
  private static let looksPerReading = 256
  private static let longSeconds = 0.1

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
    let now = MonotonicClock.seconds
    let begin = begin ?? now
    self.begin = begin
    isLong = now - begin >= Self.longSeconds
    return isLong ? now - begin : nil
  }
}

/// The monotonic clock.
enum MonotonicClock {
  /// Seconds since some fixed moment.
  static var seconds: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
