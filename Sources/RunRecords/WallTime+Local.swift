internal import Glibc

extension WallTime {
  /// The moment in the local time zone to the microsecond, as databases keep it: `2026-11-21 01:45:00.250000`.
  package var localText: String {
    let microseconds = Int(((seconds - seconds.rounded(.down)) * 1e6).rounded(.down))
    let digits = "\(1_000_000 + microseconds)".dropFirst()
    return "\(text("%Y-%m-%d %H:%M:%S", isLocal: true)).\(digits)"
  }

  /// Reads ``localText``; nil for another text.
  package init?(localText text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = (parts.first ?? "").split { "- :".contains($0) }.compactMap { Int32($0) }
    guard numbers.count == 6, let fraction = parts.count == 1 ? 0 : Double("0.\(parts[1])")
    else { return nil }
    var time = unsafe tm()
    unsafe time.tm_year = numbers[0] - 1900
    unsafe time.tm_mon = numbers[1] - 1
    unsafe time.tm_mday = numbers[2]
    unsafe time.tm_hour = numbers[3]
    unsafe time.tm_min = numbers[4]
    unsafe time.tm_sec = numbers[5]
    // Whether it is summer there is for the system to find out.
    unsafe time.tm_isdst = -1
    self.init(seconds: Double(unsafe mktime(&time)) + fraction)
  }
}
