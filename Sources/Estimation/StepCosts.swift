/// What the parts of a training step cost on one machine, as a probe found.
package struct StepCosts: Sendable, Equatable {
  /// The costs while so many lanes of a machine compute at once; memory and caches are shared, so each
  /// lane is slower among many.
  package struct Point: Sendable, Equatable {
    /// Lanes at once.
    package var lanes: Int
    /// Seconds of a lane for one shard, forward and backward.
    package var shard: Double
    /// Seconds of a lane to add one byte of one gradient.
    package var addByte: Double
    /// Seconds of a lane to step one parameter.
    package var updateParameter: Double
    /// Seconds of a step in which a lane waits for the others of its machine.
    package var waiting: Double

    /// Collects costs.
    package init(
      lanes: Int, shard: Double, addByte: Double, updateParameter: Double, waiting: Double
    ) {
      self.lanes = lanes
      self.shard = shard
      self.addByte = addByte
      self.updateParameter = updateParameter
      self.waiting = waiting
    }
  }

  /// The measured points, by ascending lanes; at least one.
  package let points: [Point]

  /// Takes measured points.
  ///
  /// - Precondition: there is one, and lanes ascend.
  package init(points: [Point]) {
    precondition(!points.isEmpty, "a probe without a point")
    precondition(
      zip(points, points.dropFirst()).allSatisfy { $0.lanes < $1.lanes }, "lanes ascend")
    var points = points
    // Nothing makes a lane slower when it is alone; where a probe says so, others disturbed it.
    for index in points.indices.dropLast().reversed() {
      let above = points[index + 1]
      points[index].shard = min(points[index].shard, above.shard)
      points[index].addByte = min(points[index].addByte, above.addByte)
      points[index].updateParameter = min(points[index].updateParameter, above.updateParameter)
    }
    self.points = points
  }

  /// The costs for any number of lanes: on the line between two points, beyond them that of the last.
  package func at(lanes: Int) -> Point {
    guard let above = points.firstIndex(where: { $0.lanes >= lanes }) else {
      return points[points.count - 1]
    }
    guard above > 0, points[above].lanes > lanes else { return points[above] }
    let (low, high) = (points[above - 1], points[above])
    let share = Double(lanes - low.lanes) / Double(high.lanes - low.lanes)
    func between(_ cost: KeyPath<Point, Double>) -> Double {
      low[keyPath: cost] + share * (high[keyPath: cost] - low[keyPath: cost])
    }
    return Point(
      lanes: lanes, shard: between(\.shard), addByte: between(\.addByte),
      updateParameter: between(\.updateParameter), waiting: between(\.waiting))
  }
}
