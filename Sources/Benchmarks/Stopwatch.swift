import Glibc

/// Times short pieces of work.
enum Stopwatch {
  /// Seconds since some fixed moment.
  static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// The best mean time of one call, over five rounds of at least 20 ms.
  ///
  /// The best and not the mean: others on the machine can only make it longer.
  static func seconds(_ work: () -> Void) -> Double {
    let begin = now
    work()
    let calls = max(1, Int(0.02 / max(1e-9, now - begin)))
    var best = Double.infinity
    for _ in 0..<5 {
      let begin = now
      for _ in 0..<calls { work() }
      best = min(best, (now - begin) / Double(calls))
    }
    return best
  }

  /// A line of the report.
  static func report(_ name: String, seconds: Double, rate: Double, unit: String) {
    let padded = name + String(repeating: " ", count: max(1, 44 - name.count))
    print("\(padded)\(rounded(1e6 * seconds)) us  \(rounded(rate)) \(unit)")
  }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
