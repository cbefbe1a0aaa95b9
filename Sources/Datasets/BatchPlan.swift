/// Which positions of an epoch each step and each shard gets.
///
/// Position p of an epoch is the sample `EpochPermutation[p]`. Each step takes the next `globalBatch`
/// positions, the last one what is left; no sample is dropped or repeated. A step's batch is cut into
/// the shards' contiguous parts, as evenly as possible.
package struct BatchPlan: Sendable, Hashable {
  /// The number of samples of an epoch.
  package let sampleCount: Int
  /// The number of samples of a full step.
  package let globalBatch: Int
  /// The number of shards.
  package let shards: Int

  /// Plans the epochs of a run.
  ///
  /// - Precondition: the batch and the number of shards are at least 1.
  package init(sampleCount: Int, globalBatch: Int, shards: Int) {
    precondition(
      sampleCount >= 0 && globalBatch >= 1 && shards >= 1,
      "no plan for \(sampleCount) samples in batches of \(globalBatch) over \(shards) shards")
    self.sampleCount = sampleCount
    self.globalBatch = globalBatch
    self.shards = shards
  }

  /// The number of steps of an epoch.
  package var stepsPerEpoch: Int {
    sampleCount / globalBatch + (sampleCount % globalBatch == 0 ? 0 : 1)
  }

  /// The positions of a step's whole batch.
  ///
  /// - Precondition: the step is in `0..<stepsPerEpoch`.
  package func positions(step: Int) -> Range<Int> {
    precondition(step >= 0 && step < stepsPerEpoch, "step \(step) of \(stepsPerEpoch)")
    let start = step * globalBatch
    return start..<min(start + globalBatch, sampleCount)
  }

  /// The positions of a shard of a step; may be empty in a batch smaller than the number of shards.
  ///
  /// - Precondition: the step is in `0..<stepsPerEpoch` and the shard in `0..<shards`.
  package func positions(step: Int, shard: Int) -> Range<Int> {
    precondition(shard >= 0 && shard < shards, "shard \(shard) of \(shards)")
    let batch = positions(step: step)
    let part = Self.part(shard, of: shards, batch.count)
    return (batch.lowerBound + part.lowerBound)..<(batch.lowerBound + part.upperBound)
  }

  /// The sizes of shards that occur in an epoch, each once, in falling order; 0 is one of them where
  /// some shard of some step is empty.
  package var shardSizes: [Int] {
    var sizes: Set<Int> = []
    var batches = [sampleCount % globalBatch]
    if sampleCount >= globalBatch { batches.append(globalBatch) }
    for batch in batches where batch > 0 {
      for shard in 0..<shards { sizes.insert(Self.part(shard, of: shards, batch).count) }
    }
    return sizes.sorted(by: >)
  }

  private static func part(_ shard: Int, of shards: Int, _ batch: Int) -> Range<Int> {
    shard * batch / shards..<(shard + 1) * batch / shards
  }
}
