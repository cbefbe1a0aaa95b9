internal import Glibc

/// Numbers as people read them: a few digits, a unit, never more width than needed.
package enum NumberText {
  /// A number of things: `1 trial`, `2 trials`.
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A count with at most four characters of number: `312`, `1.9k`, `45.2k`, `1.3M`, `2.0G`.
  package static func count(_ value: Double) -> String {
    scaled(value, base: 1000, units: ["", "k", "M", "G", "T"])
  }

  /// A number of bytes: `312 B`, `1.5 KiB`, `45.2 MiB`.
  package static func bytes(_ value: Int) -> String {
    scaled(Double(value), base: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB"])
  }

  private static func scaled(_ value: Double, base: Double, units: [String]) -> String {
    guard value.isFinite else { return metric(value) }
    var value = value
    var unit = 0
    // The limit is where one more rounding would show `1000.0`.
    while abs(value) >= base - (unit == 0 ? 0.5 : 0.05) && unit < units.count - 1 {
      value /= base
      unit += 1
    }
    let isWhole = unit == 0 && (abs(value) >= 99.95 || value == value.rounded())
    return fixed(value, decimals: isWhole ? 0 : 1) + units[unit]
  }

  /// A loss or metric with about four significant digits: `0.412`, `12.35`, `4.12e-05`, `nan`.
  package static func metric(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let magnitude = abs(value)
    if magnitude != 0 && magnitude < 0.0005 { return scientific(value) }
    for (decimals, limit) in [(3, 10.0), (2, 100), (1, 1000), (0, 100_000)] {
      // Compared after rounding, so that 9.9996 becomes 10.00 and not 10.000.
      let unit = pow(10, Double(decimals))
      if (magnitude * unit).rounded() < limit * unit { return fixed(value, decimals: decimals) }
    }
    return scientific(value)
  }

  /// A metric by which runs are compared: as ``metric(_:)``, with a fourth decimal below 1: `0.9671`.
  package static func score(_ value: Double) -> String {
    abs(value) >= 0.0005 && abs(value) < 0.99995 ? fixed(value, decimals: 4) : metric(value)
  }

  /// A number with at most four significant digits and no zeros behind them: `0.003142`, `0.25`, `64`, `1.50e-05`.
  package static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : metric(value) }
    let exponent = Int(log10(abs(value)).rounded(.down))
    guard (-4..<6).contains(exponent) else { return scientific(value) }
    let text = fixed(value, decimals: max(0, 3 - exponent))
    guard text.contains(".") else { return text }
    let digits = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
    return String(digits.reversed())
  }

  /// A time span: `00:41`, `1:02:03` from an hour on, `2d 03:04:05` from a day on.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return "--:--" }
    let total = Int(max(0, seconds).rounded())
    let (minutes, hours) = (total / 60 % 60, total / 3600)
    let clock = "\(padded(minutes)):\(padded(total % 60))"
    if hours == 0 { return clock }
    if hours < 24 { return "\(hours):\(clock)" }
    return "\(hours / 24)d \(padded(hours % 24)):\(clock)"
  }

  /// A time span below a few minutes: `0.04 ms`, `3.1 ms`, `120 ms`, `2.5 s`.
  package static func span(seconds: Double) -> String {
    let milliseconds = seconds * 1000
    if milliseconds >= 999.5 { return "\(fixed(seconds, decimals: 1)) s" }
    let decimals = milliseconds < 0.095 ? 2 : milliseconds < 9.95 ? 1 : 0
    return "\(fixed(milliseconds, decimals: decimals)) ms"
  }

  /// A share as a percentage with about two digits: `0.04 %`, `1.3 %`, `12 %`.
  package static func percent(_ share: Double) -> String {
    let percent = share * 100
    let decimals = percent < 0.095 ? 2 : percent < 9.95 ? 1 : 0
    let text = fixed(percent, decimals: decimals)
    return percent > 0 && percent < 0.005 ? "less than 0.01 %" : "\(text) %"
  }

  /// A number with a fixed number of decimals, rounded to the nearest.
  ///
  /// - Precondition: the number is finite and has at most 15 digits before and after its point.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    let unit = pow(10, Double(decimals))
    let scaled = (abs(value) * unit).rounded()
    precondition(scaled < 1e18, "\(value) is too large for fixed decimals")
    let digits = Int(scaled)
    let sign = value < 0 && digits > 0 ? "-" : ""
    if decimals == 0 { return sign + String(digits) }
    let fraction = String(digits % Int(unit))
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(digits / Int(unit)).\(zeros)\(fraction)"
  }

  /// A number with three digits and its power of ten: `4.12e-05`.
  package static func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return metric(value) }
    var exponent = Int(log10(abs(value)).rounded(.down))
    // In two steps, since ten to the power of a subnormal's exponent overflows.
    var mantissa = value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
    if abs(mantissa) >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    return "\(fixed(mantissa, decimals: 2))e\(exponent < 0 ? "-" : "+")\(padded(abs(exponent)))"
  }

  private static func padded(_ value: Int) -> String {
    value < 10 ? "0\(value)" : String(value)
  }
}
