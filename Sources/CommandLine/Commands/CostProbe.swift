internal import Configuration
internal import DataParallelism
internal import Datasets
internal import Estimation
internal import MessagePassing
internal import Networks
internal import Optimizers
internal import Tensors
internal import Training

/// Trains a configuration for moments, on one core and on all, to find what the parts of a step cost.
struct CostProbe {
  private let configuration: RunConfiguration
  private let data: DataSplits
  private let shards: Int
  private let world: World
  private let parameterCount: Int

  /// Loads the data and checks that all fits together.
  ///
  /// - Parameters:
  ///   - configuration: what to train.
  ///   - shards: into how many shards a step is cut.
  ///   - world: one rank.
  /// - Throws: what is wrong with the data or the network.
  init(_ configuration: RunConfiguration, shards: Int, world: World) throws {
    self.configuration = configuration
    self.shards = shards
    self.world = world
    data = try configuration.data.load(seed: configuration.seed)
    parameterCount = try Self.plan(configuration, data, shards: shards).graph.layout.count
  }

  /// What a step consists of.
  var workload: Workload {
    let distributed = configuration.distributed
    return Workload(
      globalBatch: configuration.train.globalBatch, shards: shards, parameters: parameterCount,
      wireBytes: distributed.wire.byteCount, isSharded: distributed.shardOptimizer != .off,
      overlaps: distributed.overlap != .none)
  }

  /// Measures the costs.
  ///
  /// - Parameter seconds: the length of all measurements together.
  /// - Returns: the costs on one core and on all.
  /// - Throws: what is wrong with the network or the memory.
  func costs(seconds: Double) throws -> StepCosts {
    let most = min(Machine.allowedCores, shards)
    let counts = most > 1 ? [1, most] : [1]
    return StepCosts(
      points: try counts.map { lanes in
        try point(lanes: lanes, seconds: seconds / Double(counts.count))
      })
  }

  /// Measures on some lanes at once, with as few shards of the configuration's size as give all some.
  private func point(lanes: Int, seconds: Double) throws -> StepCosts.Point {
    let size = (configuration.train.globalBatch + shards - 1) / shards
    let count = shards >= 2 * lanes ? 2 * lanes : lanes
    var configuration = configuration
    configuration.train.globalBatch = size * count
    let session = try TrainingSession(
      try Self.plan(configuration, data, shards: count), workers: lanes, world: world)
    try session.initialize()
    let parts = try session.probe(seconds: seconds)
    try session.exchange.close()
    return StepCosts.Point(
      lanes: lanes, shard: parts.compute * Double(lanes) / Double(count),
      addByte: parts.add * Double(lanes) / (4 * Double(parameterCount) * Double(count)),
      updateParameter: parts.update * Double(lanes) / Double(parameterCount),
      waiting: parts.waiting)
  }

  private static func plan(
    _ configuration: RunConfiguration, _ data: DataSplits, shards: Int
  ) throws -> TrainingPlan {
    try TrainingPlan(
      model: configuration.model, data: data, loss: configuration.loss,
      optimizer: configuration.optimizer, schedule: configuration.schedule,
      settings: configuration.train, shards: shards, seed: configuration.seed,
      rules: configuration.rules)
  }
}
