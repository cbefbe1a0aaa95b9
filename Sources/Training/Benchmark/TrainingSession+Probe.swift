internal import DataParallelism
internal import Datasets

/// What a step's parts take, in seconds, as one lane among those of a rank sees them.
package struct StepParts: Sendable {
  /// The whole step.
  package let step: Double
  /// Forward and backward passes of the lane's shards.
  package var compute: Double { max(0, step - exchange - update) }
  /// Adding gradients, and waiting for the other lanes.
  package let exchange: Double
  /// The optimizer.
  package let update: Double
  /// One meeting of all lanes; part of the exchange.
  package let meeting: Double
}

extension TrainingSession {
  /// Timed blocks of a probe, of which the quickest counts: others on the machine only make it longer.
  private static var probeBlocks: Int { 4 }
  /// Meetings that are timed.
  private static var meetings: Int { 500 }

  /// Trains for a moment and measures the parts of a step.
  ///
  /// Collective.
  ///
  /// - Parameter seconds: the length of all timed blocks together.
  /// - Returns: the parts; meaningful on rank 0.
  /// - Throws: `OperatorError`, `DataParallelismError`, ``TrainingError/diverged(step:what:tensor:)``.
  package func probe(seconds: Double) throws -> StepParts {
    try onAllLanes(borders: nil) { [loop, plan] lane, _ in
      let worker = try loop.makeWorker(trains: true, evaluating: [])
      let run = BenchmarkLane(loop: loop, lane: lane, worker: worker)
      try run.steps(seconds: seconds / 10)
      var best = StepParts(step: .infinity, exchange: 0, update: 0, meeting: 0)
      for _ in 0..<Self.probeBlocks {
        let timer = StepTimer()
        run.timer = timer
        let first = run.step
        let rate = try run.steps(seconds: seconds / Double(Self.probeBlocks))
        let step = Double(plan.batches.globalBatch) / rate
        let count = Double(run.step - first)
        if step < best.step {
          best = StepParts(
            step: step, exchange: timer.exchangeSeconds / count,
            update: timer.updateSeconds / count, meeting: 0)
        }
      }
      let begin = Clock.now
      for _ in 0..<Self.meetings { try loop.exchange.barrier(lane: lane) }
      return StepParts(
        step: best.step, exchange: best.exchange, update: best.update,
        meeting: (Clock.now - begin) / Double(Self.meetings))
    }
  }
}
