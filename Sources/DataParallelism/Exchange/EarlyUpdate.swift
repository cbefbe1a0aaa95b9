package import Tensors

/// An update that may begin while the backward pass of the step still goes on.
///
/// Once all records of a step are known and a segment's gradients have come from everywhere, nobody
/// reads that segment's parameters any more: they can change, and travel, while earlier layers are
/// still to come. Only an update that needs nothing of other segments can be early.
package protocol EarlyUpdate: AnyObject, Sendable {
  /// Prepares for a step.
  ///
  /// - Parameter totals: All records of the step as one.
  /// - Returns: Whether the step may be updated early.
  func begin(totals: ShardRecord) -> Bool

  /// Updates a range of the arena, which is one chunk, by the sum of the gradients there; measures the
  /// gradient as every visit of ``GradientExchange/addGradients(lane:keepsSums:visit:)`` does.
  ///
  /// Only the thread that carries the rank's messages calls it, while lanes still compute gradients.
  func update(_ range: Range<Int>, _ gradient: FloatView)
}
