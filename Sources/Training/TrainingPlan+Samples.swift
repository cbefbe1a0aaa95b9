internal import Datasets
internal import Networks
internal import Tensors

/// A few samples as a network and its loss take them.
package struct GatheredSamples: Sendable {
  /// The index of each sample in the training data.
  package let ids: [UInt32]
  /// The inputs, batch first.
  package let inputs: [Float]
  /// The targets, batch first.
  package let targets: [Float]
}

extension TrainingPlan {
  /// The first training samples in the order of the first epoch.
  ///
  /// - Parameter count: how many; fewer where there are no more.
  /// - Returns: their indices, inputs and targets.
  package func firstSamples(_ count: Int) -> GatheredSamples {
    let order = EpochPermutation(count: data.train.count, seed: seed, epoch: 0)
    var ids = [UInt32](repeating: 0, count: min(count, data.train.count))
    var span = ids.mutableSpan
    order.fill(0..<span.count, into: &span)
    let inputs = FloatStorage(count: ids.count * data.train.sampleSize)
    let targets = FloatStorage(count: ids.count * data.train.targetShape.count)
    // Views do not keep the memory that they look at.
    defer { withExtendedLifetime((inputs, targets)) {} }
    data.train.gather(ids.span, into: inputs.view, targets: targets.view)
    loss.convertTargets(targets.view)
    return GatheredSamples(ids: ids, inputs: inputs.view.array, targets: targets.view.array)
  }
}
