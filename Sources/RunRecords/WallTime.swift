internal import Glibc

/// A moment on the calendar, in seconds since 1970 in UTC.
package struct WallTime: Sendable, Equatable {
  /// Seconds since 1970-01-01T00:00:00Z.
  package let seconds: Double

  /// Makes a moment from its seconds since 1970.
  package init(seconds: Double) {
    self.seconds = seconds
  }

  /// The present.
  package static var now: WallTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
  }

  /// The moment in UTC by ISO 8601, to the second: `2026-11-21T01:45:00Z`.
  package var iso8601: String { text("%Y-%m-%dT%H:%M:%SZ", isLocal: false) }

  /// The moment for a name that sorts: `20261121-014500`, in the local time zone, or in UTC.
  package func stamp(isLocal: Bool = true) -> String {
    text("%Y%m%d-%H%M%S", isLocal: isLocal)
  }

  func text(_ format: String, isLocal: Bool) -> String {
    var moment = time_t(seconds.rounded(.down))
    var parts = unsafe tm()
    _ = unsafe isLocal ? localtime_r(&moment, &parts) : gmtime_r(&moment, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
