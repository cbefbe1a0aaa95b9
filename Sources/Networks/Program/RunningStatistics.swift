public import Tensors

/// How a network's running statistics follow those of each step.
///
/// Every shard gives its own statistics times its samples; the sum over the shards, in the order of the
/// one tree, divided by the step's samples, is the step's value: the mean over shards, weighted by their
/// sizes. So the number of ranks does not change it.
public struct RunningStatistics: Sendable {
  private let entries: [(range: Range<Int>, momentum: Float)]
  private let start: Int

  /// The statistics of a network.
  public init(of graph: Graph) {
    entries = graph.nodes.flatMap(\.statistics).compactMap { name, spec in
      graph.layout[name].map { ($0.range, spec.momentum) }
    }
    start = graph.layout.statistics.first?.offset ?? .max
  }

  /// Whether a chunk of the arena holds statistics and no parameters.
  public func contains(_ range: Range<Int>) -> Bool { range.lowerBound >= start }

  /// Moves the statistics of a range: `r = (1 - momentum) r + momentum sum / samples`.
  ///
  /// - Parameters:
  ///   - range: a range of the arena.
  ///   - arena: the arena of parameters.
  ///   - sums: the sums of the shards' statistics in that range.
  ///   - samples: the samples of the step.
  public func update(_ range: Range<Int>, of arena: FloatView, sums: FloatView, samples: Int) {
    let scale = 1 / Float(samples)
    for (own, momentum) in entries {
      for index in own.clamped(to: range) {
        let step = sums[index - range.lowerBound] * scale
        arena[index] = (1 - momentum) * arena[index] + momentum * step
      }
    }
  }
}
