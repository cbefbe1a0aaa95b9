package import Configuration
package import DataParallelism
package import Datasets
package import FlightRecords
package import MessagePassing
package import Networks
internal import Operators
internal import Optimizers
internal import RunRecords
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
  /// Notices ranks that hang; nil where nobody does.
  private let watch: StallWatch?
  let loop: TrainingLoop

  /// Sets up the memory and the exchange.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - plan: what is trained, on what, and how.
  ///   - workers: threads of this rank.
  ///   - distributed: how ranks work together.
  ///   - world: all ranks.
  ///   - watch: notices ranks that hang; nil for nobody.
  /// - Throws: `DataParallelismError` where there are fewer shards than ranks, or no memory.
  package init(
    _ plan: TrainingPlan, workers: Int, distributed: DistributedSettings = DistributedSettings(),
    world: World, watch: StallWatch? = nil
  ) throws(DataParallelismError) {
    self.plan = plan
    self.workers = workers
    self.world = world
    self.watch = watch
    var settings = ExchangeSettings(
      arena: plan.graph.layout, shards: plan.batches.shards, workers: workers,
      stateCount: plan.optimizer.stateNames.count)
    settings.countsInNorm = plan.update.countsInNorm
    settings.meetsForNorm = plan.update.needsNorm
    settings.overlap = OverlapMode(distributed.overlap)
    settings.wire = plan.wire
    settings.shardsOptimizer = distributed.shardOptimizer != .off
    exchange = try ExchangeKind(distributed.reducer).makeExchange(settings, world: world)
    do {
      warnings = try Self.levelWarnings(world)
    } catch {
      throw .messagePassing(error)
    }
    loop = TrainingLoop(
      plan: plan, exchange: exchange, driftCheckEverySteps: distributed.driftCheckEverySteps)
    watch?.attach(exchange)
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

  /// Trains to the end, to a step on the way, or until a signal asks to stop.
  ///
  /// Collective. Where the run diverges the session can still be closed in good order.
  ///
  /// - Parameters:
  ///   - start: where the run goes on from.
  ///   - pause: the step after which it pauses, above that of `start`; nil to go on to the end.
  ///   - borders: what happens between steps.
  /// - Returns: how the run ended, the same on every rank.
  /// - Throws: ``TrainingError/diverged(step:what:tensor:)``; what `borders` throws; `DataParallelismError`.
  package func run(
    from start: TrainingProgress, until pause: Int? = nil, borders: any StepBorders
  ) throws -> TrainingEnd {
    let outcome = try onAllLanes(borders: borders) { [loop, plan] lane, borders in
      let worker = try loop.makeWorker(
        trains: true, evaluating: [plan.data.validation, plan.data.test].compactMap { $0 })
      do {
        let end = try loop.run(
          lane: lane, worker: worker, from: start, until: pause, borders: borders)
        try borders?.finish()
        return Result<TrainingEnd, TrainingError>.success(end)
      } catch let error as TrainingError {
        // Every lane finds it by itself, in the same records: nobody has to be made to leave a wait.
        return .failure(error)
      }
    }
    do {
      return try outcome.get()
    } catch {
      exchange.recordFailure(error)
      throw error
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

  /// From now on every rank records what it does in a folder, which is made on each host.
  ///
  /// Collective.
  ///
  /// - Parameter folder: the folder; only rank 0's counts.
  /// - Returns: why this rank cannot record; nil where it does.
  /// - Throws: `MPIError` where messages fail.
  package func recordFlight(in folder: String) throws -> FlightRecordsError? {
    let bytes = try world.communicator.broadcast(bytes: Array(folder.utf8), from: 0)
    let shared = String(decoding: bytes, as: UTF8.self)
    let launch = try world.communicator.allGather(UInt64(WallTime.now.seconds * 1e6))[0]
    do throws(FlightRecordsError) {
      try exchange.recorder.move(to: shared, launch: launch)
    } catch {
      return error
    }
    exchange.recorder.noteSignals()
    watch?.setFlightFolder(shared, launch: launch)
    return nil
  }

  /// Frees the memory that ranks share; the session is of no use after.
  ///
  /// Collective.
  ///
  /// - Throws: `DataParallelismError` where messages fail.
  package func close() throws(DataParallelismError) {
    watch?.detach()
    try exchange.close()
    exchange.recorder.noteEnd()
    watch?.stop()
  }

  /// Runs a closure on every lane of this rank and returns what the first one returns.
  func onAllLanes<Result: Sendable>(
    borders: (any StepBorders)?,
    _ body: @escaping @Sendable (Int, (any StepBorders)?) throws -> Result
  ) throws -> Result {
    let firstLane = exchange.lanes.lowerBound
    let result = ResultBox<Result>()
    let mainOnly = FirstLaneOnly(borders)
    watch?.setRunning(true)
    defer { watch?.setRunning(false) }
    try LaneTeam.run(
      workers: workers, abandon: { [exchange] in exchange.abandon(lane: firstLane + $0) },
      // A single rank's caller shows its error; of several ranks the failing one must, before it is ended.
      onFirstError: { [world, exchange] error in
        exchange.recordFailure(error)
        if world.size > 1 { world.report(error) }
      }
    ) { [exchange] index in
      exchange.recorder.join(index)
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
