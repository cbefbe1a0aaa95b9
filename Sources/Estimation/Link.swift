/// The network between hosts: a message of n bytes takes `latency + n / bandwidth` seconds.
package struct Link: Sendable, Equatable {
  /// Bytes of messages a second in each direction.
  package var bandwidth: Double
  /// Seconds until the first byte is there.
  package var latency: Double

  /// Describes a link.
  package init(bandwidth: Double, latency: Double) {
    self.bandwidth = bandwidth
    self.latency = latency
  }

  /// The units of rates, in bits a second.
  private static let rates: [(name: String, value: Double)] = [
    ("kbit", 1e3), ("mbit", 1e6), ("gbit", 1e9), ("bit", 1),
  ]
  /// The units of times, in seconds.
  private static let times: [(name: String, value: Double)] = [
    ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1),
  ]

  /// What TCP, IP and Ethernet leave of a network's bits for messages: 1,448 of 1,538 bytes a frame.
  static let payloadShare = 1448.0 / 1538

  /// The bandwidth of a network from its rate as it is sold, such as `1gbit` or `2.5Gbit/s`.
  ///
  /// - Returns: bytes of messages a second; nil where the text is no rate, or not above 0.
  package static func bandwidth(_ text: String) -> Double? {
    let lower = text.lowercased()
    let rate = lower.hasSuffix("/s") ? String(lower.dropLast(2)) : lower
    return quantity(rate, rates).map { $0 / 8 * payloadShare }
  }

  /// Seconds from a text such as `50us`.
  ///
  /// - Returns: the time; nil where the text is none, or not above 0.
  package static func latency(_ text: String) -> Double? {
    quantity(text.lowercased(), times)
  }

  private static func quantity(
    _ text: String, _ units: [(name: String, value: Double)]
  ) -> Double? {
    guard let unit = units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count).filter { $0 != " " }), number > 0,
      number.isFinite
    else { return nil }
    return number * unit.value
  }
}
