/// What a shard reports of its part of the batch, beside its gradient: one cache line.
package struct ShardRecord: Sendable, Hashable, BitwiseCopyable {
  /// The sum of the samples' losses.
  package var loss: Double
  /// The sum of the samples' weights: what the summed loss and gradient are divided by.
  package var weight: Double
  /// The weight of the samples predicted right.
  package var correct: Double
  /// The sum of squared errors of the predictions.
  package var squaredError: Double
  /// The sum of absolute errors of the predictions.
  package var absoluteError: Double
  /// The number of samples.
  package var count: UInt64
  /// Bits that everyone gets to know, see ``GradientExchange/finishGradients(lane:flags:)``.
  package var flags: UInt64
  /// Bits that lanes raised, on their way to other ranks; no part of sums.
  var carriedFlags: UInt64 = 0

  /// Makes a record; everything is 0 unless given.
  package init(
    loss: Double = 0, weight: Double = 0, correct: Double = 0, squaredError: Double = 0,
    absoluteError: Double = 0, count: UInt64 = 0, flags: UInt64 = 0
  ) {
    self.loss = loss
    self.weight = weight
    self.correct = correct
    self.squaredError = squaredError
    self.absoluteError = absoluteError
    self.count = count
    self.flags = flags
  }

  /// Two records as one: sums add, flags unite.
  package static func + (left: ShardRecord, right: ShardRecord) -> ShardRecord {
    ShardRecord(
      loss: left.loss + right.loss, weight: left.weight + right.weight,
      correct: left.correct + right.correct, squaredError: left.squaredError + right.squaredError,
      absoluteError: left.absoluteError + right.absoluteError, count: left.count + right.count,
      flags: left.flags | right.flags)
  }
}
