public import Options
public import Tensors

/// How a run trains: the section `train` of a configuration.
///
/// That is its length, its batch and how it is cut, precision, clipping, and what is recorded when.
public struct TrainSettings: Sendable, Equatable {
  /// How long a run trains.
  public enum Length: Sendable, Equatable {
    /// This many passes over the training data, at least 1.
    case epochs(Int)
    /// This many steps, at least 1.
    case steps(Int)
  }

  /// Which level of the CPU's instruction set computes.
  public enum InstructionSet: String, Sendable, CaseIterable {
    /// The best of each CPU; CPUs of other levels give other last bits.
    case auto
    /// AVX2, which CPUs with AVX-512 compute alike.
    case avx2
  }

  /// How long the run trains.
  public var length: Length
  /// Samples a step, over all ranks, at least 1.
  public var globalBatch: Int
  /// Into how many shards a step's batch is cut, at most ``globalBatch``; nil lets the first launch
  /// choose one for each worker.
  public var shards: Int?
  /// Threads a rank that run shards; nil for the cores it may use.
  public var workers: Int?
  /// What activations and their gradients are computed in; weights and sums are float32 always.
  public var precision: ElementType
  /// Which level of the CPU's instruction set computes; part of the result's last bits.
  public var instructionSet: InstructionSet
  /// Whether bfloat16 may run on a CPU without instructions for it, slower than float32; false unless
  /// set after reading, since it is a matter of the machine and not of the run.
  public var allowsEmulation = false
  /// The largest norm of the whole gradient, above 0; nil for no limit.
  public var clipNorm: Double?
  /// The largest magnitude of a gradient's element, above 0; nil for no limit.
  public var clipValue: Double?
  /// When the run ends before its last step; nil for never.
  public var earlyStopping: EarlyStopping?
  /// When checkpoints are written and which are kept.
  public var checkpoint: CheckpointSettings
  /// Steps from one validation to the next; nil for one after each epoch.
  public var validateEverySteps: Int?
  /// Steps from one record of the metrics to the next, at least 1.
  public var logEverySteps: Int
  /// Steps from one look at each tensor's norms to the next; nil for none.
  public var monitorEverySteps: Int?

  /// Makes settings in code.
  public init(
    length: Length, globalBatch: Int, shards: Int? = nil, workers: Int? = nil,
    precision: ElementType = .float32, instructionSet: InstructionSet = .auto,
    clipNorm: Double? = nil, clipValue: Double? = nil,
    earlyStopping: EarlyStopping? = nil, checkpoint: CheckpointSettings = CheckpointSettings(),
    validateEverySteps: Int? = nil, logEverySteps: Int = 50, monitorEverySteps: Int? = nil
  ) {
    self.length = length
    self.globalBatch = globalBatch
    self.shards = shards
    self.workers = workers
    self.precision = precision
    self.instructionSet = instructionSet
    self.clipNorm = clipNorm
    self.clipValue = clipValue
    self.earlyStopping = earlyStopping
    self.checkpoint = checkpoint
    self.validateEverySteps = validateEverySteps
    self.logEverySteps = logEverySteps
    self.monitorEverySteps = monitorEverySteps
  }

  /// Reads the section `train`; problems go to the reader's diagnostics.
  ///
  /// - Parameter options: `reader.section("train")`.
  public init(options: OptionReader) {
    length = Self.length(options)
    globalBatch = options.integer("global_batch", in: 1...)
    shards = options.optionalInteger("shards", in: 1...)
    workers = options.optionalInteger("workers", in: 1...)
    precision = options.choice("precision") ?? .float32
    instructionSet = options.choice("isa") ?? .auto
    let clip = options.section("clip", context: "train.clip")
    clipNorm = clip.optionalPositiveNumber("norm")
    clipValue = clip.optionalPositiveNumber("value")
    if options.has("clip"), clipNorm == nil, clipValue == nil, !clip.has("norm"), !clip.has("value")
    {
      options.report(
        "`clip` of train has neither `norm` nor `value`", for: "clip",
        hint: "write `clip: {norm: 1.0}`, or leave it out")
    }
    clip.finish()
    earlyStopping = options.nested("early_stopping", context: "train.early_stopping").map(
      EarlyStopping.init(options:))
    checkpoint = CheckpointSettings(
      options: options.section("checkpoint", context: "train.checkpoint"))
    validateEverySteps = options.optionalInteger("validate_every_steps", in: 1...)
    logEverySteps = options.integer("log_every_steps", default: 50, in: 1...)
    let monitor = options.nested("monitor", context: "train.monitor")
    monitorEverySteps = monitor?.integer("every_steps", in: 1...)
    monitor?.finish()
    checkShards(options)
    options.finish(hints: Self.foreignKeys)
  }

  private static func length(_ options: OptionReader) -> Length {
    let epochs = options.optionalInteger("epochs", in: 1...)
    let steps = options.optionalInteger("steps", in: 1...)
    switch (epochs, steps) {
    case (nil, nil):
      options.diagnostics.report(
        "train needs `epochs` or `steps`", at: options.mark,
        hint: "say how long to train: `epochs: 5` or `steps: 1000`")
      return .epochs(1)
    case (let epochs?, nil): return .epochs(epochs)
    case (nil, let steps?): return .steps(steps)
    case (_, let steps?):
      options.report(
        "train has both `epochs` and `steps`, which say two different lengths", for: "steps",
        hint: "keep one; one that was inherited is removed by `epochs: null` or `steps: null`")
      return .steps(steps)
    }
  }

  private func checkShards(_ options: OptionReader) {
    // Where `global_batch` is absent or wrong, that is the one problem to report.
    let batch = options.value("global_batch").flatMap(ScalarText.integer)
    guard let shards, batch == globalBatch, shards > globalBatch else { return }
    options.report(
      "`shards` of train is \(shards), but a global batch of \(globalBatch) has only "
        + "\(globalBatch) \(globalBatch == 1 ? "sample" : "samples") to give to them",
      for: "shards", hint: "legal is 1 to \(globalBatch)")
  }

  private static let foreignKeys: [String: String] = {
    let global =
      "write `global_batch: N`, the samples of a whole step over all ranks; "
      + "a batch per rank would make the result depend on the number of ranks"
    let keys = [
      "batch", "batch_size", "per_rank_batch", "batch_per_rank", "batch_size_per_rank",
      "rank_batch", "local_batch", "micro_batch", "per_device_batch_size",
    ]
    return Dictionary(uniqueKeysWithValues: keys.map { ($0, global) })
  }()
}
