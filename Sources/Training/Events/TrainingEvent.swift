public import Networks

/// What a run is, in numbers: told once, before the first step.
public struct RunDescription: Sendable {
  /// The run's name.
  public var name: String
  /// Ranks of the job.
  public var ranks: Int
  /// Worker threads of each rank.
  public var workers: Int
  /// Shards of a step.
  public var shards: Int
  /// Samples of a step.
  public var globalBatch: Int
  /// Training samples.
  public var samples: Int
  /// Validation samples, 0 for none.
  public var validationSamples: Int
  /// Test samples, 0 for none.
  public var testSamples: Int
  /// Parameters of the network.
  public var parameters: Int
  /// Steps of an epoch.
  public var stepsPerEpoch: Int
  /// Steps of the whole run.
  public var totalSteps: Int
  /// The step that the run goes on from, 0 for a fresh one.
  public var startStep: Int
  /// What is reported beside the loss.
  public var metrics: MetricSet
  /// Numbers of a sample's target, each of which the sums count.
  public var targetsPerSample = 1
  /// The instruction-set level that the products use.
  public var instructionSet: String
  /// How gradients are exchanged, in a word.
  public var exchange: String
  /// What the user must know before the first step, a sentence each.
  public var warnings: [String] = []
}

/// What came of some steps, or of an evaluation.
public struct TrainingReport: Sendable {
  /// Steps done so far.
  public var step: Int
  /// The epoch that the last step belongs to, from 1.
  public var epoch: Int
  /// The sums over the steps or samples reported.
  public var sums: LossSums
  /// The norm of the last step's mean gradient; nil for an evaluation.
  public var gradientNorm: Double?
  /// The learning rate of the last step; nil for an evaluation.
  public var learningRate: Double?
  /// Seconds since the run began.
  public var seconds: Double
}

/// Something that happened in a run.
public enum TrainingEvent: Sendable {
  /// The run begins.
  case started(RunDescription)
  /// A step was done; its sums are the step's.
  case step(TrainingReport)
  /// Some steps were done, as often as `train.log_every_steps` says; the sums are over them.
  case log(TrainingReport)
  /// The norms of each tensor after a step, as often as `train.monitor` says; it comes before the
  /// step's own event.
  case tensorNorms(TensorNormsReport)
  /// An epoch was done; the sums are over its steps.
  case epoch(TrainingReport)
  /// The validation part was evaluated.
  case validation(TrainingReport)
  /// The test part was evaluated.
  case test(TrainingReport)
  /// A checkpoint is complete, after so many seconds in the background; steps may have been done since.
  case checkpoint(step: Int, path: String, seconds: Double)
  /// The run's last checkpoint is complete; how long training stood still for all of them.
  case checkpointsCompleted(CheckpointPauses)
  /// Something that the user should know went wrong, and the run goes on.
  case warning(String)
  /// The learning rate was reduced, since a metric did not improve.
  case reducedLearningRate(RateReduction)
  /// The run ends before its last step, since a metric did not improve; the test follows.
  case stoppedEarly(EarlyStop)
  /// The parameters of the best step took the place of the last ones; the test follows.
  case restored(RestoredBest)
}

/// Hears what happens in a run: shows progress, writes records.
///
/// Only rank 0 has observers.
public protocol TrainingObserver: AnyObject {
  /// Hears of an event, on the thread that trains: it must be quick.
  ///
  /// - Throws: where the run cannot go on, such as a record that cannot be written.
  func handle(_ event: TrainingEvent) throws
}
