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
  private var looks = 0
  private var begin: Double?

  /// Looks between two readings of the clock.
  private static let looksPerReading = 256

  /// Something has come.
  mutating func reset() {
    (looks, begin) = (0, nil)
  }

  /// Counts a look in vain.
  ///
  /// - Parameter milliseconds: The limit; 0 for none.
  /// - Returns: Whether the limit is exceeded.
  mutating func exceeds(_ milliseconds: UInt32) -> Bool {
    looks += 1
    guard milliseconds > 0, looks % Self.looksPerReading == 0 else { return false }
    let now = MonotonicClock.seconds
    guard let begin else {
      begin = now
      return false
    }
    return (now - begin) * 1000 > Double(milliseconds)
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
