internal import Glibc

/// Clocks of this machine.
enum Stopwatch {
  /// Seconds of a clock that never jumps.
  static var now: Double { read(CLOCK_MONOTONIC) }

  /// Seconds of the clock on the wall.
  static var wall: Double { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
