internal import Configuration
internal import DataParallelism
internal import Datasets
internal import Networks
internal import Operators
internal import Optimizers
internal import Tensors

/// How a run came to its end.
package enum TrainingEnd: Sendable, Equatable {
  /// All steps were done.
  case completed
  /// A metric did not improve any more.
  case stoppedEarly(EarlyStop)
  /// A signal asked for it; a checkpoint was written if there is a place for it.
  case interrupted(signal: Int32)
  /// It came to the step until which it was to run, before its last one; a checkpoint was written if there is a place
  /// for it.
  case paused

  /// Why a metric ended the run; nil where none did.
  package var earlyStop: EarlyStop? {
    if case .stoppedEarly(let stop) = self { return stop }
    return nil
  }
}

/// The steps of a run, as every lane of a rank walks through them.
///
/// All lanes take the same decisions from the same numbers, so none is ever told what to do. The first
/// lane of each rank also takes part in what needs messages, and the first lane of rank 0 tells the
/// observers and writes checkpoints.
final class TrainingLoop: Sendable {
  let plan: TrainingPlan
  let exchange: any GradientExchange
  /// Steps from one comparison of the ranks' parameters to the next; nil for those at checkpoints alone.
  let driftCheckEverySteps: Int?
  /// Takes the notes of each shard, which are too many for a call through a protocol.
  private let core: ExchangeCore
  private let update: SliceUpdate
  private let early: StepUpdate

  init(plan: TrainingPlan, exchange: any GradientExchange, driftCheckEverySteps: Int?) {
    self.plan = plan
    self.exchange = exchange
    self.driftCheckEverySteps = driftCheckEverySteps
    core = exchange.core
    update = SliceUpdate(
      plan: plan.update, statistics: RunningStatistics(of: plan.graph), exchange: exchange)
    early = StepUpdate(update, plan: plan)
    exchange.allowEarly(early)
  }

  /// Samples in a full batch of an evaluation: a shard's, so that it needs no more memory than training.
  var evaluationBatch: Int { max(plan.batches.shardSizes.max() ?? 1, 1) }

  /// Prepares the programs of one lane, on its own thread.
  ///
  /// - Parameters:
  ///   - trains: whether it will train.
  ///   - data: the data sets that it will evaluate.
  /// - Returns: the worker, for the calling thread alone.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  func makeWorker(
    trains: Bool = false, evaluating data: [Dataset]
  ) throws(OperatorError) -> ShardWorker {
    try ShardWorker(
      graph: plan.graph, loss: plan.loss, precision: plan.settings.precision,
      parameters: exchange.parameters,
      trainingBatches: trains ? plan.batches.shardSizes.filter { $0 > 0 } : [],
      evaluation: EvaluationBatches(
        batch: evaluationBatch, shards: plan.batches.shards, sampleCounts: data.map(\.count)),
      seed: plan.seed)
  }

  /// Does one step on one lane.
  ///
  /// - Parameters:
  ///   - step: the step, from 0.
  ///   - rate: its learning rate.
  ///   - lane: the lane.
  ///   - worker: the lane's programs.
  ///   - order: the epoch's order of samples.
  ///   - flags: bits to make known to all lanes.
  ///   - timer: measures the exchange; nil outside benchmarks.
  /// - Returns: the step's sums and the flags of all lanes.
  /// - Throws: ``TrainingError/diverged(step:what:tensor:)`` on every lane where a number is not finite.
  func runStep(
    _ step: Int, rate: Double, lane: Int, worker: ShardWorker, order: EpochPermutation,
    flags: UInt64, timer: StepTimer? = nil
  ) throws -> (sums: LossSums, flags: UInt64) {
    let stepInEpoch = step % plan.batches.stepsPerEpoch
    if lane == exchange.lanes.lowerBound { early.prepare(step: step, rate: rate) }
    let leaves = exchange.plan.leaves[lane]
    for leaf in leaves {
      try worker.train(
        plan.batches.positions(step: stepInEpoch, shard: leaf.shard), of: order,
        in: plan.data.train, step: step, into: exchange.slot(lane: lane, leaf.slot),
        note: { phase in core.note(lane: lane, step: UInt64(step + 1), phase: phase) },
        recorded: { record in
          exchange.setRecord(record, of: leaf.shard)
          if leaf.shard == leaves.last?.shard { exchange.announce(lane: lane, flags: flags) }
        },
        finished: { end throws(DataParallelismError) in
          try exchange.advance(lane: lane, leaf: leaf, to: end)
        })
    }
    core.note(lane: lane, step: UInt64(step + 1), phase: .update)
    timer?.beginExchange()
    let allFlags = try exchange.finishGradients(lane: lane, flags: flags)
    let totals = exchange.totals()
    guard totals.loss.isFinite else {
      try exchange.discardGradients(lane: lane)
      throw divergedLoss(step: step)
    }
    try update(
      lane: lane, settings: StepSettings(after: step, rate: rate, totals: totals),
      weight: totals.weight, samples: plan.sampleCount(ofStep: step), timer: timer)
    try exchange.publish(lane: lane)
    timer?.endExchange()
    return (totals.sums, allFlags & 0xFFFF_FFFF)
  }

  /// Evaluates a data set on all lanes.
  ///
  /// - Returns: the sums over all its samples, the same on every lane.
  func evaluate(
    _ data: Dataset, lane: Int, worker: ShardWorker, step: Int
  ) throws(DataParallelismError) -> LossSums {
    let shards = exchange.plan.shardCount
    for leaf in exchange.plan.leaves[lane] {
      let part = EvaluationBatches.part(leaf.shard, of: shards, count: data.count)
      let record = worker.evaluate(part, of: data) {
        exchange.note(lane: lane, step: UInt64(step), phase: .evaluation)
      }
      exchange.setRecord(record, of: leaf.shard)
    }
    _ = try exchange.shareRecords(lane: lane, flags: 0)
    let totals = exchange.totals()
    try exchange.barrier(lane: lane)
    return totals.sums
  }

  /// The error of a loss that is not finite: every lane reads the same records and says the same.
  private func divergedLoss(step: Int) -> TrainingError {
    let records = (0..<exchange.plan.shardCount).map { exchange.record(of: $0) }
    let tensor = records.lazy.compactMap(\.nonFiniteTensor).first
    return .diverged(
      step: step + 1, what: "loss",
      tensor: tensor.map(plan.graph.tensorName) ?? "the sum over samples")
  }
}
