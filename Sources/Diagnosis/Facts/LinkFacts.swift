internal import JSONText

/// What rank 0 measured to another rank.
package struct LinkFacts: Sendable, Equatable {
  /// The other rank.
  package var rank: Int
  /// Seconds that a few bytes take, one way.
  package var latency: Double
  /// Bytes a second of large messages, one way.
  package var bandwidth: Double
  /// Seconds by which its clock is ahead of rank 0's.
  package var clockOffset: Double

  /// Collects figures.
  package init(rank: Int, latency: Double, bandwidth: Double, clockOffset: Double) {
    self.rank = rank
    self.latency = latency
    self.bandwidth = bandwidth
    self.clockOffset = clockOffset
  }

  var json: JSONObject {
    JSONObject([
      ("rank", .integer(Int64(rank))), ("latency", .number(latency)),
      ("bandwidth", .number(bandwidth)), ("clock_offset", .number(clockOffset)),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    rank = try json.integer("rank")
    latency = try json.number("latency")
    bandwidth = try json.number("bandwidth")
    clockOffset = try json.number("clock_offset")
  }
}
