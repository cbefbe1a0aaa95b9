import Configuration
import Optimizers
import Options
import Tensors
import Testing

@Suite("Settings")
struct SettingsTests {
  /// Reads `train` out of a configuration the way the whole configuration does.
  private func train(_ text: String) throws -> (settings: TrainSettings, problems: [Diagnostic]) {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse(text, name: "c.yaml")
    let reader = OptionReader(value, context: "the configuration", diagnostics: diagnostics)
    let settings = TrainSettings(options: reader.section("train"))
    reader.finish()
    return (settings, diagnostics.problems)
  }

  @Test("What is not given has its default")
  func defaults() throws {
    let (settings, problems) = try train("train: {epochs: 5, global_batch: 128}")
    #expect(problems.isEmpty)
    #expect(settings == TrainSettings(length: .epochs(5), globalBatch: 128))
    #expect(settings.precision == .float32)
    #expect(settings.checkpoint == CheckpointSettings(keepLast: 2, keepBest: 1))
    #expect(settings.logEverySteps == 50)
    #expect((settings.shards, settings.workers, settings.validateEverySteps) == (nil, nil, nil))
  }

  @Test("Every option is read")
  func everything() throws {
    let (settings, problems) = try train(
      """
      train:
        steps: 1e3
        global_batch: 256
        shards: 8
        workers: 2
        precision: bfloat16
        isa: avx2
        clip: {norm: 1.0, value: 0.5}
        early_stopping:
          {monitor: train/accuracy, mode: min, patience: 3, min_change: 0.5, restore_best: false}
        checkpoint: {every_steps: 500, every_epochs: 2, keep_last: 3, keep_best: 0}
        validate_every_steps: 100
        log_every_steps: 10
        monitor: {every_steps: 25}
      """)
    #expect(problems.isEmpty)
    #expect(
      settings
        == TrainSettings(
          length: .steps(1_000), globalBatch: 256, shards: 8, workers: 2, precision: .bfloat16,
          instructionSet: .avx2, clipNorm: 1, clipValue: 0.5,
          earlyStopping: EarlyStopping(
            monitor: Monitor(RunMetric(.train, .accuracy), mode: .min), patience: 3,
            minimumChange: 0.5, restoresBest: false),
          checkpoint: CheckpointSettings(everySteps: 500, everyEpochs: 2, keepLast: 3, keepBest: 0),
          validateEverySteps: 100, logEverySteps: 10, monitorEverySteps: 25))
  }

  @Test("Early stopping has defaults, and is off where it is not mentioned")
  func earlyStopping() throws {
    let text = "train: {epochs: 5, global_batch: 128, early_stopping: {}}"
    let (settings, problems) = try train(text)
    #expect(problems.isEmpty)
    #expect(
      settings.earlyStopping
        == EarlyStopping(
          monitor: Monitor(.validationLoss, mode: .min), patience: 5, minimumChange: 0,
          restoresBest: true))
    #expect(try train("train: {epochs: 5, global_batch: 128}").settings.earlyStopping == nil)
  }

  @Test(
    "Each wrong option is reported once",
    arguments: [
      ("", "train needs `epochs` or `steps`", "train needs `global_batch`"),
      ("train: {epochs: 1}", "train needs `global_batch`", nil),
      ("train: {global_batch: 8}", "train needs `epochs` or `steps`", nil),
      (
        "train: {epochs: 1, global_batch: 8, monitor: {every: 5}}",
        "train.monitor needs `every_steps`", "unknown key `every` in train.monitor"
      ),
      ("train: {epochs: 0, global_batch: 8}", "`epochs` of train is 0, legal is 1 or more", nil),
      (
        "train: {steps: a, global_batch: 8}", "`steps` of train takes a whole number, found `a`",
        nil
      ),
      (
        "train: {epochs: 1, global_batch: 8, clip: {}}",
        "`clip` of train has neither `norm` nor `value`", nil
      ),
      (
        "train: {epochs: 1, steps: 1, global_batch: 8}",
        "train has both `epochs` and `steps`, which say two different lengths", nil
      ),
      (
        "train: {epochs: 1, global_batch: 4, shards: 5}",
        "`shards` of train is 5, but a global batch of 4 has only 4 samples to give to them", nil
      ),
      ("train: {epochs: 1, shards: 5}", "train needs `global_batch`", nil),
      (
        "train: {epochs: 1, global_batch: 0, shards: 5}",
        "`global_batch` of train is 0, legal is 1 or more", nil
      ),
      (
        "train: {epochs: 1, global_batch: 4, precision: float16}",
        "`precision` of train is `float16`, which is none of its values", nil
      ),
      (
        "train: {epochs: 1, global_batch: 4, clip: {norm: 0, nrm: 1}}",
        "`norm` of train.clip is 0.0, legal is above 0", "unknown key `nrm` in train.clip"
      ),
      (
        "train: {epochs: 1, global_batch: 4, checkpoint: {keep_last: 0}}",
        "`keep_last` of train.checkpoint is 0, legal is 1 or more", nil
      ),
      (
        "train: {epochs: 1, global_batch: 4, early_stopping: {patience: 0, min_delta: 1}}",
        "`patience` of train.early_stopping is 0, legal is 1 or more",
        "unknown key `min_delta` in train.early_stopping"
      ),
      (
        "train: {epochs: 1, global_batch: 4, early_stopping: true}",
        "expected a map of options for train.early_stopping, found `true`", nil
      ),
      (
        "train: {epochs: 1, global_batch: 4, early_stopping: {monitor: val/loss}}",
        "`monitor` of train.early_stopping is `val/loss`, which is none of its values", nil
      ),
      (
        "train: 5", "expected a map of options for train, found `5`",
        "train needs `epochs` or `steps`"
      ),
    ])
  func wrong(text: String, first: String, second: String?) throws {
    let messages = try train(text).problems.map(\.message)
    #expect(messages.first == first)
    if let second {
      #expect(messages.dropFirst().first == second)
    } else {
      #expect(messages.count == 1)
    }
  }

  @Test(
    "Every key misspelt by one edit is recognized",
    arguments: [
      "epochs", "steps", "global_batch", "shards", "workers", "precision", "clip", "early_stopping",
      "checkpoint", "validate_every_steps", "log_every_steps",
    ])
  func misspelt(key: String) throws {
    for index in key.indices {
      var removed = key
      removed.remove(at: index)
      var inserted = key
      inserted.insert("q", at: index)
      var replaced = removed
      replaced.insert("q", at: index)
      for word in [removed, inserted, replaced] {
        let problems = try train("train: {epochs: 1, global_batch: 8, \(word): 1}").problems
        #expect(problems.map(\.message) == ["unknown key `\(word)` in train"])
        #expect(problems.first?.hint?.hasPrefix("did you mean `\(key)`?") == true, "\(word)")
        #expect((problems.first?.mark?.column, problems.first?.mark?.length) == (37, word.count))
      }
    }
  }

  @Test("A batch per rank is explained", arguments: ["batch_size", "per_rank_batch", "batch"])
  func batchPerRank(key: String) throws {
    let problems = try train("train: {epochs: 1, global_batch: 4, \(key): 2}").problems
    #expect(problems.map(\.message) == ["unknown key `\(key)` in train"])
    #expect(problems[0].hint?.hasPrefix("write `global_batch: N`") == true)
  }

  @Test("The section `distributed`: defaults, every option, and what is wrong")
  func distributed() throws {
    let diagnostics = Diagnostics()
    func read(_ value: OptionValue) -> DistributedSettings {
      DistributedSettings(
        options: OptionReader(value, context: "distributed", diagnostics: diagnostics))
    }
    #expect(read([:]) == DistributedSettings())
    #expect(read(["reducer": "window"]).reducer == .window)
    #expect(read(["reducer": "message"]).reducer == .message)
    let everything = read([
      "reducer": "message", "overlap": "thread", "shard_optimizer": "false", "wire": "bfloat16",
      "stall_warn": 5, "stall_abort": 60, "drift_check_every_steps": 100,
    ])
    #expect(
      everything
        == DistributedSettings(
          reducer: .message, overlap: .thread, shardOptimizer: .off, wire: .bfloat16, stallWarn: 5,
          stallAbort: 60, driftCheckEverySteps: 100))
    #expect(diagnostics.isEmpty)
    #expect(read(["reducer": "mpi"]).reducer == .mpi)
    #expect(diagnostics.isEmpty)
    _ = read(["reducer": "mesage", "stall_warn": -1])
    _ = read(["reducer": "mpi", "wire": "bfloat16"])
    #expect(
      diagnostics.problems.map(\.hint) == [
        "did you mean `message`? known values: auto, window, message, mpi", nil,
        "leave out one of them",
      ])
  }
}
