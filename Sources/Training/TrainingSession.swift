internal import Configuration
package import DataParallelism
package import Datasets
package import MessagePassing
package import Networks
internal import Operators
internal import Optimizers
internal import Synchronization
internal import Tensors

/// A network, its data and an exchange with the other ranks, ready to train.
///
/// Making one is collective: every rank makes it from the same plan.
package final class TrainingSession {
  /// What is trained, on what, and how.
  package let plan: TrainingPlan
  /// The parameters, the optimizer's state and the other ranks.
  package let exchange: any GradientExchange
  /// Worker threads of this rank.
  package let workers: Int
  /// What the user must know before the first step, a sentence each; the same on every rank but for what
  /// a checkpoint says, which rank 0 alone may know.
  package var warnings: [String]
  private let world: World
  let loop: TrainingLoop

  /// Sets up the memory and the exchange.
  ///
  /// Collective.
  ///
  /// - Throws: `DataParallelismError` where there are fewer shards than ranks, or no memory.
  package init(
    _ plan: TrainingPlan, workers: Int, kind: ExchangeKind, world: World
  ) throws(DataParallelismError) {
    self.plan = plan
    self.workers = workers
    self.world = world
    var settings = ExchangeSettings(
      arena: plan.graph.layout, shards: plan.batches.shards, workers: workers,
      stateCount: plan.optimizer.stateNames.count)
    settings.countsInNorm = plan.update.countsInNorm
    exchange = try kind.makeExchange(settings, world: world)
    do {
      warnings = try Self.levelWarnings(world)
    } catch {
      throw .messagePassing(error)
    }
    loop = TrainingLoop(plan: plan, exchange: exchange)
  }

  /// Writes the initial parameters on rank 0 and gives them to all.
  ///
  /// Collective.
  package func initialize() throws(DataParallelismError) {
    if world.rank == 0 { plan.graph.initialize(exchange.parameters, seed: plan.seed) }
    try exchange.scatterParametersAndState()
  }

  /// The run in numbers.
  package func description(name: String, from start: TrainingProgress) -> RunDescription {
    RunDescription(
      name: name, ranks: world.size, workers: workers, shards: plan.batches.shards,
      globalBatch: plan.batches.globalBatch, samples: plan.data.train.count,
      validationSamples: plan.data.validation?.count ?? 0,
      testSamples: plan.data.test?.count ?? 0, parameters: plan.graph.layout.parameterCount,
      stepsPerEpoch: plan.batches.stepsPerEpoch, totalSteps: plan.totalSteps,
      startStep: start.step, metrics: plan.metrics,
      targetsPerSample: plan.data.train.targetShape.count,
      instructionSet: ComputeStream.instructionSet, exchange: exchange.name,
      warnings: warnings)
  }

  /// Trains to the end, or until a signal asks to stop.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - start: where the run goes on from.
  ///   - borders: what happens between steps.
  /// - Returns: how the run ended, the same on every rank.
  /// - Throws: ``TrainingError/diverged(step:what:tensor:)``; what `borders` throws; `DataParallelismError`.
  package func run(
    from start: TrainingProgress, borders: any StepBorders
  ) throws -> TrainingEnd {
    try onAllLanes(borders: borders) { [loop, plan] lane, borders in
      let worker = try loop.makeWorker(
        trains: true, evaluating: [plan.data.validation, plan.data.test].compactMap { $0 })
      return try loop.run(lane: lane, worker: worker, from: start, borders: borders)
    }
  }

  /// Evaluates a data set with the parameters as they are.
  ///
  /// Collective.
  ///
  /// - Returns: the sums over all samples, the same on every rank.
  /// - Throws: `OperatorError`, `DataParallelismError`.
  package func evaluate(_ data: Dataset, step: Int) throws -> LossSums {
    try onAllLanes(borders: nil) { [loop] lane, _ in
      let worker = try loop.makeWorker(evaluating: [data])
      return try loop.evaluate(data, lane: lane, worker: worker, step: step)
    }
  }

  /// Shows an error of this rank alone, and makes the other ranks leave their waits for it.
  package func giveUp(_ error: any Error) {
    if world.size == 1 { return }
    world.report(error)
    exchange.abandon(lane: exchange.lanes.lowerBound)
  }

  /// Runs a closure on every lane of this rank and returns what the first one returns.
  func onAllLanes<Result: Sendable>(
    borders: (any StepBorders)?,
    _ body: @escaping @Sendable (Int, (any StepBorders)?) throws -> Result
  ) throws -> Result {
    let firstLane = exchange.lanes.lowerBound
    let result = ResultBox<Result>()
    let mainOnly = FirstLaneOnly(borders)
    try LaneTeam.run(
      workers: workers, abandon: { [exchange] in exchange.abandon(lane: firstLane + $0) },
      // A single rank's caller shows its error; of several ranks the failing one must, before it is ended.
      onFirstError: { [world] in if world.size > 1 { world.report($0) } }
    ) { index in
      let value = try body(firstLane + index, index == 0 ? mainOnly.value : nil)
      if index == 0 { result.value.withLock { $0 = value } }
    }
    guard let value = result.value.withLock({ $0 }) else {
      preconditionFailure("the first lane neither returned nor threw")
    }
    return value
  }
}

/// Carries a value to the closure of all lanes, of which only the first one, on the calling thread, uses it.
private struct FirstLaneOnly<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) {
    self.value = value
  }
}

/// Holds what the first lane returns.
private final class ResultBox<Value: Sendable>: Sendable {
  let value = Mutex<Value?>(nil)
}
