internal import DataParallelism
internal import Datasets

/// What a step's parts take, in seconds, as one lane among those of a rank sees them.
package struct StepParts: Sendable {
  /// Forward and backward passes of the lane's shards.
  package let compute: Double
  /// Adding gradients in the lane's slice.
  package let add: Double
  /// The optimizer in the lane's slice.
  package let update: Double
  /// Waiting for other lanes.
  package let waiting: Double

  /// The whole step.
  var step: Double { compute + add + update + waiting }

  /// The parts of the mean step of some.
  ///
  /// - Parameters:
  ///   - step: seconds of a step.
  ///   - timer: what was measured.
  ///   - count: the steps that it measured.
  init(step: Double, _ timer: StepTimer, count: Int) {
    let count = Double(count)
    // The timer's exchange leaves the optimizer out, its slice does not.
    let exchange = timer.exchangeSeconds / count
    update = timer.updateSeconds / count
    add = max(0, timer.sliceSeconds / count - update)
    waiting = max(0, exchange - add)
    compute = max(0, step - exchange - update)
  }
}

extension TrainingSession {
  /// Seconds of a timed block; the quickest counts, since others on the machine only make one longer.
  private static var blockSeconds: Double { 0.02 }
  /// Timed blocks at least.
  private static var leastBlocks: Int { 3 }

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
      try run.steps(seconds: Self.blockSeconds)
      let deadline = Clock.now + seconds
      func block() throws -> StepParts {
        let timer = StepTimer()
        run.timer = timer
        let first = run.step
        let rate = try run.steps(seconds: Self.blockSeconds, deadline: deadline)
        return StepParts(
          step: Double(plan.batches.globalBatch) / rate, timer, count: run.step - first)
      }
      var best = try block()
      var count = 1
      while count < Self.leastBlocks || !run.isPastDeadline {
        let next = try block()
        if next.step < best.step { best = next }
        count += 1
      }
      return best
    }
  }
}
