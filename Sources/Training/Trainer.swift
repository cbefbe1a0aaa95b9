internal import Checkpoints
public import Configuration
internal import DataParallelism
public import Datasets
internal import MessagePassing
public import Networks
public import Optimizers
public import Tensors

/// Trains a network from Swift, without a configuration file.
///
/// ```swift
/// let model = Sequential {
///   Dense(64, activation: .relu)
///   Dense(10)
/// }
/// let settings = TrainSettings(length: .epochs(5), globalBatch: 32, shards: 4)
/// let result = try Trainer(model, data: data, optimizer: Adam(), settings: settings).run()
/// ```
///
/// The learning rate may follow a schedule, and the run end when it gets no better:
///
/// ```swift
/// settings.earlyStopping = EarlyStopping(monitor: Monitor(.validationLoss), patience: 5)
/// let schedule = Schedule(CosineSchedule(), warmup: Warmup(.steps(200)))
/// let trainer = Trainer(model, data: data, schedule: schedule, settings: settings)
/// ```
///
/// Started by `mpirun`, every rank runs the same program and takes its shards; the result is the same to
/// the last bit.
public struct Trainer {
  /// The network.
  public var model: ModelSpec
  /// The data.
  public var data: DataSplits
  /// What is made small.
  public var loss: any Loss
  /// How the parameters move.
  public var optimizer: any Optimizer
  /// Tensors that are updated otherwise than the rest; the first group that matches a name has it.
  public var parameterGroups: [ParameterGroup] = []
  /// A penalty on the size of weights.
  public var regularization = Regularization()
  /// The learning rate over the run.
  public var schedule: Schedule
  /// How long and in what batches, and when it ends before its time; without `shards` there is one for each
  /// worker of the launch.
  public var settings: TrainSettings
  /// What all random numbers are drawn from.
  public var seed: UInt64
  /// What observers call the run.
  public var name = "training"
  /// Who hears of events, on rank 0.
  public var observers: [any TrainingObserver]

  /// Describes a run.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - data: the data.
  ///   - loss: what is made small; nil takes cross entropy for classes and the mean squared error for numbers.
  ///   - optimizer: how the parameters move, Adam by default.
  ///   - schedule: the learning rate over the run, by default the optimizer's throughout.
  ///   - settings: how long and in what batches.
  ///   - seed: what all random numbers are drawn from.
  ///   - observers: who hears of events, on rank 0.
  public init(
    _ model: ModelSpec, data: DataSplits, loss: (any Loss)? = nil,
    optimizer: any Optimizer = Adam(), schedule: Schedule = Schedule(), settings: TrainSettings,
    seed: UInt64 = 0, observers: [any TrainingObserver] = []
  ) {
    self.model = model
    self.data = data
    self.optimizer = optimizer
    self.schedule = schedule
    self.settings = settings
    self.seed = seed
    self.observers = observers
    if let loss {
      self.loss = loss
    } else if case .classification = data.task {
      self.loss = CrossEntropy()
    } else {
      self.loss = MeanSquaredError()
    }
  }

  /// Trains to the end, and writes no checkpoints.
  ///
  /// Where early stopping restores the best parameters, they are kept in memory meanwhile.
  ///
  /// Under `mpirun` call it once a process.
  ///
  /// - Returns: what came of it, the same on every rank.
  /// - Throws: what is wrong with the network or the data; ``TrainingError/diverged(step:what:tensor:)``.
  ///   Under `mpirun` an error ends the whole job.
  public func run() throws -> TrainingResult {
    try withWorld { world in
      let workers = settings.workers ?? max(1, Machine.allowedCores / world.node.size)
      let shards = settings.shards ?? min(world.size * workers, settings.globalBatch)
      let plan = try TrainingPlan(
        model: model, data: data, loss: loss, optimizer: optimizer, schedule: schedule,
        settings: settings, shards: shards, seed: seed,
        rules: ParameterRules(groups: parameterGroups, regularization: regularization))
      let session = try TrainingSession(plan, workers: workers, world: world)
      try session.initialize()
      let recorder = ResultRecorder()
      let isFirst = world.rank == 0
      let keeper = try RunKeeper(
        session, writer: nil, observers: isFirst ? observers + [recorder] : [])
      let start = TrainingProgress()
      try keeper.handle(.started(session.description(name: name, from: start)))
      let end = try session.run(from: start, borders: keeper)
      let tensors = session.modelTensors
      let result = TrainingResult(
        earlyStop: end.earlyStop, totalSteps: plan.totalSteps, restored: recorder.restored,
        validation: recorder.validation, test: recorder.test,
        parameters: tensors.map { ($0.name, $0.shape, $0.values.array) },
        weightsHash: weightsHash(tensors))
      try session.close()
      return result
    }
  }
}

/// What came of a run.
public struct TrainingResult: Sendable {
  /// Steps done.
  public var steps: Int { earlyStop?.step ?? totalSteps }
  /// Why the run ended before its last step; nil where it did not.
  public let earlyStop: EarlyStop?
  /// The steps that the run was to have.
  let totalSteps: Int
  /// Whose parameters took the place of the last ones; nil where those are the best or were not to be
  /// replaced, and on all ranks but 0.
  public let restored: RestoredBest?
  /// The sums of the validation of the step that the parameters are of, else of the last one; nil without
  /// validation data, and on all ranks but 0.
  public let validation: LossSums?
  /// The test's sums; nil without test data, and on all ranks but 0.
  public let test: LossSums?
  /// The parameters under their names on disk, in PyTorch's layouts.
  public let parameters: [(name: String, shape: Shape, values: [Float])]
  /// A hash over all parameters in name order.
  public let weightsHash: String
}

/// Keeps the evaluations that a result tells of.
private final class ResultRecorder: TrainingObserver {
  private var validations: [Int: LossSums] = [:]
  private var lastValidation: LossSums?
  private(set) var restored: RestoredBest?
  private(set) var test: LossSums?

  /// The validation of the parameters that came of the run.
  var validation: LossSums? { restored.flatMap { validations[$0.step] } ?? lastValidation }

  func handle(_ event: TrainingEvent) {
    switch event {
    case .validation(let report):
      validations[report.step] = report.sums
      lastValidation = report.sums
    case .test(let report): test = report.sums
    case .restored(let best): restored = best
    default: break
    }
  }
}
