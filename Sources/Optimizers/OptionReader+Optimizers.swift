internal import Options

extension OptionReader {
  /// The share of a running mean that is kept, from 0 to below 1.
  func share(_ key: String, default fallback: Double) -> Double {
    number(
      key, default: fallback, where: { $0 >= 0 && $0 < 1 }, orElse: "0 to below 1",
      standIn: fallback)
  }

  /// The option `epsilon`, above 0 even as a float32: a gap of the arena is divided by it.
  func epsilon(default fallback: Double) -> Double {
    number(
      "epsilon", default: fallback, where: { Float($0) > 0 && $0.isFinite },
      orElse: "a float32 above 0", standIn: fallback)
  }
}
