internal import DataParallelism
internal import Datasets
internal import Networks
internal import Tensors

extension TrainingSession {
  /// Timed blocks of a benchmark.
  private static var blockCount: Int { 5 }

  /// Trains for some seconds and measures the rate.
  ///
  /// Collective.
  ///
  /// - Parameter seconds: the length of all timed blocks together.
  /// - Returns: the rates; meaningful on rank 0, whose clock decides.
  /// - Throws: `OperatorError`, `DataParallelismError`, ``TrainingError/diverged(step:what:tensor:)``.
  package func benchmark(seconds: Double) throws -> BenchmarkResult {
    let ranks = exchange.plan.laneCount / workers
    let trialSteps = exchange.overlap?.trialSteps ?? 0
    var result = try onAllLanes(borders: nil) { [loop, plan, workers] lane, _ in
      let worker = try loop.makeWorker(trains: true, evaluating: [])
      let run = BenchmarkLane(loop: loop, lane: lane, worker: worker)
      try run.steps(seconds: 0)
      let firstStep = ProcessAge.seconds
      for _ in 0..<trialSteps { try run.steps(seconds: 0) }
      try run.steps(seconds: seconds / 10)
      run.timer = StepTimer()
      let begin = Clock.now
      let firstTimed = run.step
      var blocks: [Double] = []
      for _ in 0..<Self.blockCount {
        blocks.append(try run.steps(seconds: seconds / Double(Self.blockCount)))
      }
      return BenchmarkResult(
        blocks: blocks, steps: run.step - firstTimed, globalBatch: plan.batches.globalBatch,
        startToFirstStep: firstStep, ranks: ranks, workers: workers,
        exchangeShare: (run.timer?.exchangeSeconds ?? 0) / (Clock.now - begin))
    }
    result.overlap = exchange.overlap
    return result
  }
}

/// One lane of a benchmark.
final class BenchmarkLane {
  /// Measures the exchange; nil for no measurement.
  var timer: StepTimer?
  /// Steps done.
  private(set) var step = 0
  private let loop: TrainingLoop
  private let lane: Int
  private let worker: ShardWorker
  private var order: EpochPermutation

  /// Whether the last block ended after the deadline that it was given.
  private(set) var isPastDeadline = false

  /// The flag by which rank 0 ends a block at the same step everywhere.
  private static let endFlag: UInt64 = 2
  /// The flag by which it says that the deadline is over.
  private static let deadlineFlag: UInt64 = 4

  /// Prepares to take steps on a lane.
  init(loop: TrainingLoop, lane: Int, worker: ShardWorker) {
    self.loop = loop
    self.lane = lane
    self.worker = worker
    order = loop.epochOrder(0)
  }

  /// Takes steps for some seconds by the clock of rank 0's first lane, at least one.
  ///
  /// - Parameters:
  ///   - seconds: the length of the block.
  ///   - deadline: the moment after which ``isPastDeadline`` is set.
  /// - Returns: samples a second.
  /// - Throws: what a step throws.
  @discardableResult
  func steps(seconds: Double, deadline: Double = .infinity) throws -> Double {
    let begin = Clock.now
    var samples = 0.0
    while true {
      if step % loop.plan.batches.stepsPerEpoch == 0 { order = loop.epochOrder(step) }
      let now = Clock.now
      let isOver = lane == 0 && now - begin >= seconds
      let ends = isOver ? Self.endFlag | (now >= deadline ? Self.deadlineFlag : 0) : 0
      let (sums, flags) = try loop.runStep(
        step, rate: loop.plan.learningRate(step: step), lane: lane, worker: worker, order: order,
        flags: ends, timer: timer)
      step += 1
      samples += sums.count / Double(loop.plan.data.train.targetShape.count)
      if flags & Self.endFlag != 0 {
        isPastDeadline = flags & Self.deadlineFlag != 0
        return samples / (Clock.now - begin)
      }
    }
  }
}
