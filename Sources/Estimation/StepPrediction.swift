/// The parts of a step as they are expected, in seconds.
package struct StepPrediction: Sendable, Equatable {
  /// Where the lanes are.
  package let layout: Layout
  /// Forward and backward passes.
  package let compute: Double
  /// Adding the gradients of the shards and hosts.
  package let add: Double
  /// The optimizer.
  package let update: Double
  /// Waiting for the other lanes of a host.
  package let waiting: Double
  /// Messages between hosts that nothing else is done meanwhile.
  package let exposedMessages: Double
  /// Messages between hosts, hidden or not.
  package let messages: Double
  /// Samples of the step.
  package let samples: Int

  /// The whole step.
  package var total: Double { compute + add + update + waiting + exposedMessages }
  /// Samples a second.
  package var rate: Double { Double(samples) / total }
  /// The share of the step in which lanes wait for messages or each other.
  package var exposedShare: Double { (waiting + exposedMessages) / total }

  /// How much of the rate that as many lanes would have alone is reached.
  ///
  /// - Parameter single: the prediction for one lane.
  /// - Returns: 1 for a perfect speedup.
  package func efficiency(against single: StepPrediction) -> Double {
    rate / (single.rate * Double(layout.lanes))
  }
}
