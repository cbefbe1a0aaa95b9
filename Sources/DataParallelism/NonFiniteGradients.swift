internal import MessagePassing
package import Tensors

extension GradientExchange {
  /// The first tensor, in order of the backward pass, whose last summed gradient is not finite.
  ///
  /// Collective, between `publish` and the next step's first gradient; nil where all are finite.
  ///
  /// Only a run that diverged asks: the chunks' sums of squares say whether and about where, the
  /// rank that computed the shard finds the element.
  ///
  /// - Throws: ``DataParallelismError`` where messages fail.
  package func firstNonFiniteGradient() throws(DataParallelismError) -> ArenaEntry? {
    let sums = unsafe core.buffers.chunkSums
    guard let chunk = unsafe sums.firstIndex(where: { !$0.isFinite }) else { return nil }
    let range = arena.elements(ofChunks: chunk..<(chunk + 1))
    // Where finite parts have an infinite sum no part shows it: then the chunk's first tensor is
    // named.
    let own = plan.frontier.filter { lanes.contains($0.lane) }.compactMap { part in
      let slot = slot(lane: part.lane, part.slot)
      return range.first { !slot[$0].isFinite }
    }.min()
    let first = try throwing { () throws(MPIError) in
      try core.communicator.allGather(own ?? Int.max).min() ?? Int.max
    }
    return arena.entry(at: first == Int.max ? range.lowerBound : first)
  }
}
