internal import Glibc

/// Whole multiples of powers of ten, written exactly: what ticks of axes are.
struct Decimal: Equatable {
  /// How often the power of ten.
  let digits: Int
  /// The exponent of the power of ten.
  let exponent: Int

  /// The number nearest to it.
  var value: Double {
    // A division by an exact power rounds once, a product with a negative power would round twice.
    exponent < 0
      ? Double(digits) / pow(10, Double(-exponent)) : Double(digits) * pow(10, Double(exponent))
  }

  /// As people write it: `0`, `250`, `0.05`, `2e6`, `1.5e-5`.
  var text: String {
    guard digits != 0 else { return "0" }
    var (digits, exponent) = (digits.magnitude, exponent)
    while digits.isMultiple(of: 10) {
      digits /= 10
      exponent += 1
    }
    let figures = String(digits)
    let sign = self.digits < 0 ? "\u{2212}" : ""
    let power = figures.count - 1 + exponent
    if power > 4 || power < -3 { return sign + Self.scientific(figures, power) }
    if exponent >= 0 { return sign + figures + String(repeating: "0", count: exponent) }
    if power < 0 { return sign + "0." + String(repeating: "0", count: -power - 1) + figures }
    return sign + figures.prefix(power + 1) + "." + figures.dropFirst(power + 1)
  }

  private static func scientific(_ figures: String, _ power: Int) -> String {
    let fraction = figures.dropFirst()
    return "\(figures.prefix(1))\(fraction.isEmpty ? "" : ".")\(fraction)e\(power)"
  }
}
