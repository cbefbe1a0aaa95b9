package import Checkpoints
package import Configuration
internal import DataParallelism
package import Datasets
internal import JSONText
package import MessagePassing
internal import Networks
internal import Operators
internal import Optimizers

/// Turns a configuration, and a checkpoint to go on from, into a session.
///
/// Collective.
package struct TrainingLaunch {
  /// The configuration.
  package let configuration: RunConfiguration
  /// All ranks.
  package let world: World
  private let loadData: (RunConfiguration) throws -> DataSplits

  /// Launches a configuration on the ranks of a world.
  ///
  /// - Parameters:
  ///   - configuration: the configuration.
  ///   - world: all ranks.
  ///   - loadData: gives the data of a configuration, by default by reading its files.
  package init(
    _ configuration: RunConfiguration, world: World,
    loadData: @escaping (RunConfiguration) throws -> DataSplits = {
      try $0.data.load(seed: $0.seed)
    }
  ) {
    self.configuration = configuration
    self.world = world
    self.loadData = loadData
  }

  /// Loads the data, sets up the exchange, and writes initial or saved parameters and state.
  ///
  /// - Parameter checkpoint: the checkpoint to go on from; rank 0 decides, other ranks give nil.
  /// - Returns: the session, and where it goes on from.
  /// - Throws: what is wrong with the data, the network, the checkpoint or the ranks.
  package func makeSession(
    goingOnFrom checkpoint: LoadedCheckpoint? = nil
  ) throws -> (session: TrainingSession, progress: TrainingProgress) {
    let distributed = configuration.distributed
    let watch = try StallWatch(
      world, limits: StallLimits(warn: distributed.stallWarn, abort: distributed.stallAbort))
    let state = try share(checkpoint)
    let workers = try agreedWorkers()
    let settings = configuration.train
    // Shards that the configuration does not say are those of the first launch.
    let shards =
      settings.shards ?? state?.shards ?? min(world.size * workers, settings.globalBatch)
    let plan = try world.together {
      let plan = try TrainingPlan(configuration, data: loadData(configuration), shards: shards)
      try state?.check(against: plan)
      return plan
    }
    let session = try TrainingSession(
      plan, workers: min(workers, Self.mostUseful(plan.batches.shards, ranks: world.size)),
      distributed: distributed, world: world, watch: watch)
    guard let state else {
      try session.initialize()
      return (session, TrainingProgress())
    }
    if let checkpoint {
      try checkpoint.restore(model: session.modelTensors, optimizer: session.optimizerTensors)
    }
    try session.exchange.scatterParametersAndState()
    if let warning = LevelWarning.onResuming(
      saved: state.instructionSet, current: ComputeStream.instructionSet)
    {
      session.warnings.append(warning)
    }
    return (session, state.progress)
  }

  /// Gives rank 0's checkpoint's state to all ranks.
  private func share(_ checkpoint: LoadedCheckpoint?) throws -> TrainingState? {
    let text = checkpoint.map { $0.state.text() } ?? ""
    let bytes = try world.communicator.broadcast(bytes: Array(text.utf8), from: 0)
    if bytes.isEmpty { return nil }
    return try TrainingState(json: JSONValue.parse(String(decoding: bytes, as: UTF8.self)))
  }

  /// The threads of each rank, the same on all: what is asked for, else the cores that the ranks of a node
  /// may use, dealt to them.
  private func agreedWorkers() throws(MPIError) -> Int {
    let own = configuration.train.workers ?? max(1, Machine.allowedCores / world.jobRanksOnNode)
    return try world.communicator.allGather(own).min() ?? own
  }

  /// More workers than this would have no shard to run.
  private static func mostUseful(_ shards: Int, ranks: Int) -> Int {
    max(1, (shards + ranks - 1) / ranks)
  }
}

extension TrainingPlan {
  /// Checks that everything in a configuration fits together and to its data.
  ///
  /// - Parameters:
  ///   - configuration: the configuration.
  ///   - data: its data.
  ///   - shards: into how many shards a step is cut.
  /// - Throws: as the initializer of parts.
  package init(_ configuration: RunConfiguration, data: DataSplits, shards: Int) throws {
    try self.init(
      model: configuration.model, data: data, loss: configuration.loss,
      optimizer: configuration.optimizer, schedule: configuration.schedule,
      settings: configuration.train, shards: shards, seed: configuration.seed,
      rules: configuration.rules, wire: configuration.distributed.wire)
  }
}
