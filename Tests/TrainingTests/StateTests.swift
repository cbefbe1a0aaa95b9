import Configuration
import Datasets
import JSONText
import Networks
import Operators
import Optimizers
import Tensors
import Testing

@testable import Training

/// A small plan on data with a constant column, which min-max rescaling treats on its own.
func smallPlan(
  seed: UInt64 = 7, shards: Int = 3, batch: Int = 4, samples: Int = 10,
  optimizer: any Optimizer = Adam(), loss: any Loss = CrossEntropy(), model: ModelSpec? = nil,
  length: TrainSettings.Length = .epochs(2), precision: ElementType = .float32,
  schedule: Schedule = Schedule(), earlyStopping: EarlyStopping? = nil, validates: Bool = false
) throws -> TrainingPlan {
  var features: [Float] = []
  for sample in 0..<samples { features += [Float(sample), 5, Float(sample * sample % 7)] }
  let data = Dataset(
    features: features, sampleShape: [3], targets: (0..<samples).map { Float($0 % 2) },
    classNames: ["even", "odd"])
  return try TrainingPlan(
    model: model ?? Sequential { Dense(2) },
    data: DataSplits(train: data, validation: validates ? data : nil, normalize: .minMax),
    loss: loss, optimizer: optimizer, schedule: schedule,
    settings: TrainSettings(
      length: length, globalBatch: batch, shards: shards, precision: precision,
      earlyStopping: earlyStopping),
    shards: shards, seed: seed)
}

@Suite("The state in a checkpoint")
struct StateTests {
  private func progress() -> TrainingProgress {
    var sums = LossSums()
    sums.loss = 0.1 + 0.2
    sums.weight = 3
    sums.correct = 2
    sums.count = 3
    var progress = TrainingProgress()
    progress.add(sums)
    progress.noteValidation(sums)
    progress.note(sums.accuracy, by: Monitor(.validationAccuracy))
    progress.add(sums)
    return progress
  }

  @Test("comes back from JSON as it was, to the last bit")
  func roundTrip() throws {
    let state = TrainingState(try smallPlan(seed: .max), progress: progress())
    let text = state.json.text()
    #expect(try TrainingState(json: JSONValue.parse(text)) == state)
    var monitored = state
    monitored.progress.monitored = .nan
    monitored.progress.restoredStep = 1
    monitored.progress.stagnation.best = 0.1 + 0.2
    monitored.progress.stagnation.bestStep = 1
    monitored.progress.stagnation.waited = 3
    monitored.progress.plateau.best = 1e-300
    monitored.progress.plateau.waited = 4
    monitored.progress.plateau.cooldownLeft = 5
    monitored.progress.plateau.reductions = 6
    let again = try TrainingState(json: JSONValue.parse(monitored.json.text()))
    #expect(again.progress.monitored?.isNaN == true)
    monitored.progress.monitored = 2
    #expect(try TrainingState(json: JSONValue.parse(monitored.json.text())) == monitored)
    let fresh = TrainingState(try smallPlan(), progress: TrainingProgress())
    #expect(try TrainingState(json: JSONValue.parse(fresh.json.text())) == fresh)
  }

  @Test("that came back is taken by the plan it was saved from, constant columns or not")
  func sameRun() throws {
    let plan = try smallPlan()
    #expect(!plan.data.normalization.constantColumns.isEmpty)
    let text = TrainingState(plan, progress: progress()).json.text()
    let saved = try TrainingState(json: JSONValue.parse(text))
    #expect(throws: Never.self) { try saved.check(against: plan) }
  }

  @Test("of a version without schedules and early stopping is that of a run that had none")
  func oldVersion() throws {
    let plan = try smallPlan()
    var object = try #require(TrainingState(plan, progress: progress()).json.object)
    #expect(object["schedule"] == "constant" && object["early_stopping"] == "none")
    object["schedule"] = nil
    object["early_stopping"] = nil
    object["instruction_set"] = nil
    let old = try TrainingState(json: .object(object))
    #expect(throws: Never.self) { try old.check(against: plan) }
    #expect(old.progress == progress())
    #expect(LevelWarning.onResuming(saved: old.instructionSet, current: "AVX2") == nil)
    let error = #expect(throws: TrainingError.self) {
      try old.check(against: smallPlan(schedule: Schedule(CosineSchedule())))
    }
    #expect(error?.description.contains("schedule constant, the configuration says cosine") == true)
  }

  @Test("of another schedule or rule of early stopping is refused, but for the patience")
  func schedules() throws {
    func message(_ saved: TrainingPlan, _ plan: TrainingPlan) -> String {
      do {
        try TrainingState(saved, progress: progress()).check(against: plan)
        return "no error"
      } catch { return error.description }
    }
    let cosine = Schedule(CosineSchedule())
    #expect(
      message(try smallPlan(schedule: cosine), try smallPlan(length: .epochs(3), schedule: cosine))
        .contains(
          "schedule cosine {final_factor: 0.0} over 6 steps, the configuration says "
            + "cosine {final_factor: 0.0} over 9 steps"))
    let steps = Schedule(StepSchedule(every: .epochs(1)))
    #expect(
      message(try smallPlan(schedule: steps), try smallPlan(length: .epochs(3), schedule: steps))
        == "no error")
    let warm = Schedule(StepSchedule(every: .epochs(1)), warmup: Warmup(.steps(2)))
    #expect(
      message(try smallPlan(schedule: steps), try smallPlan(schedule: warm)).contains("warmup"))
    func stopping(_ patience: Int, change: Double = 0) throws -> TrainingPlan {
      try smallPlan(
        earlyStopping: EarlyStopping(
          monitor: Monitor(.trainLoss), patience: patience, minimumChange: change))
    }
    #expect(message(try stopping(2), try stopping(9)) == "no error")
    #expect(message(try stopping(2), try stopping(2, change: 1)).contains("min_change 1.0"))
    #expect(message(try stopping(2), try smallPlan()).contains("the configuration says none"))
  }

  @Test("is refused where another run would come out, with what differs")
  func differences() throws {
    let saved = TrainingState(try smallPlan(), progress: progress())
    func message(_ plan: TrainingPlan) -> String {
      do {
        try saved.check(against: plan)
        return "no error"
      } catch { return error.description }
    }
    #expect(message(try smallPlan(seed: 8)).contains("seed 7, the configuration says 8"))
    #expect(message(try smallPlan(shards: 2)).contains("train.shards 3, the configuration says 2"))
    #expect(
      message(try smallPlan(batch: 5)).contains("train.global_batch 4, the configuration says 5"))
    #expect(message(try smallPlan(optimizer: SGD(learningRate: 0.1))).contains("optimizer adam"))
    #expect(message(try smallPlan(samples: 11)).contains("training samples of 10"))
    var other = saved
    other.normalization = .identity
    #expect(throws: TrainingError.self) { try other.check(against: smallPlan()) }
  }

  @Test(
    "that is damaged is refused with the member that is wrong",
    arguments: [
      "format", "step", "epoch_sums", "seed", "shards", "normalization", "optimizer", "schedule",
      "early_stopping", "stagnation", "plateau", "restored_step", "instruction_set",
    ])
  func damage(member: String) throws {
    let state = TrainingState(try smallPlan(), progress: progress())
    var object = try #require(state.json.object)
    object[member] = .string("?")
    if ["optimizer", "schedule", "early_stopping", "instruction_set"].contains(member) {
      object[member] = .integer(1)
    }
    let error = #expect(throws: JSONError.self) { try TrainingState(json: .object(object)) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(member), "\(text)")
  }
}

@Suite("A run's progress")
struct ProgressTests {
  @Test("notes the best value of the monitor, the first of equal ones")
  func best() {
    let accuracy = Monitor(.validationAccuracy)
    var progress = TrainingProgress()
    for value in [0.5, 0.75, 0.75, 0.25] {
      progress.add(LossSums())
      progress.note(value, by: accuracy)
    }
    #expect(progress.bestStep == 2 && progress.bestValue == 0.75 && progress.monitored == 0.25)
    var regression = TrainingProgress()
    for loss in [3, 2, 2.5, 2] {
      regression.add(LossSums())
      regression.note(loss, by: Monitor(.validationLoss))
    }
    #expect(regression.bestStep == 2 && regression.bestValue == 2)
    regression.add(LossSums())
    #expect(regression.monitored == nil && regression.bestStep == 2)
  }

  @Test(
    "never takes a NaN for the best", arguments: [[Double.nan, 2], [2, .nan], [.nan, 2, .nan]])
  func notANumber(losses: [Double]) {
    var progress = TrainingProgress()
    for loss in losses {
      progress.add(LossSums())
      progress.note(loss, by: Monitor(.validationLoss))
    }
    #expect(progress.bestValue == 2)
  }
}

@Suite("The batches of an evaluation")
struct EvaluationBatchesTests {
  @Test("cover each sample once, in batches of prepared sizes", arguments: 1...9)
  func cover(shards: Int) {
    for count in 1...40 {
      for batch in 1...7 {
        let batches = EvaluationBatches(batch: batch, shards: shards, sampleCounts: [count])
        var seen: [Int] = []
        for shard in 0..<shards {
          let part = EvaluationBatches.part(shard, of: shards, count: count)
          for start in stride(from: part.lowerBound, to: part.upperBound, by: batch) {
            let end = min(start + batch, part.upperBound)
            #expect(batches.sizes.contains(end - start))
            seen += start..<end
          }
        }
        #expect(seen == Array(0..<count))
        #expect(!batches.sizes.contains(0))
      }
    }
  }
}

@Suite("A plan")
struct PlanTests {
  private func message(_ make: () throws -> TrainingPlan) -> String {
    do {
      _ = try make()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("refuses bfloat16 where the CPU lacks it, unless emulation is allowed and possible")
  func precision() throws {
    func problem(_ support: BFloat16Support, allowsEmulation: Bool = false) -> String {
      var settings = TrainSettings(length: .steps(1), globalBatch: 1, precision: .bfloat16)
      settings.allowsEmulation = allowsEmulation
      do {
        try settings.checkPrecision(support: support)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(problem(.native) == "no error")
    #expect(problem(.emulated).contains("has no instructions for bfloat16"))
    #expect(problem(.emulated).contains("--allow-emulation"))
    #expect(problem(.emulated, allowsEmulation: true) == "no error")
    #expect(problem(.none, allowsEmulation: true).contains("oneDNN needs AVX-512"))
    var settings = TrainSettings(length: .steps(1), globalBatch: 1)
    #expect(throws: Never.self) { try settings.checkPrecision(support: .none) }
    settings.instructionSet = .avx2
    #expect(throws: Never.self) { try settings.checkPrecision(support: .none) }
    settings.precision = .bfloat16
    let error = #expect(throws: TrainingError.self) {
      try settings.checkPrecision(support: .native)
    }
    #expect(error?.description.contains("`train.isa: avx2` has no bfloat16") == true)
  }

  @Test("refuses what does not fit together")
  func mismatches() {
    #expect(
      message { try smallPlan(loss: CrossEntropy(classWeights: [1, 2, 3])) }.contains(
        "3 `class_weights` for 2 classes"))
    #expect(
      message {
        try smallPlan(
          shards: 4, samples: 9,
          model: Sequential {
            BatchNorm()
            Dense(2)
          })
      }.contains(
        "batch_norm_1 needs shards of at least 2 samples, but some have 1: 4 shards of a global batch "
          + "of 4, of 1 at the end of an epoch"))
    #expect(
      message {
        try smallPlan(
          model: Sequential {
            Dense(16_777_216)
            Dense(16_777_216)
            Dense(2)
          })
      }.contains("281,475,094,151,170 parameters, their gradients and the optimizer's state take"))
    #expect(
      message {
        try smallPlan(
          model: ModelSpec(inputs: [.init(name: "a", shape: [3]), .init(name: "b", shape: [3])]) {
            Dense(2).named("left").from("a")
            Pair().from("left", "b")
          })
      }.contains("the model has 2 inputs (`a`, `b`), but a data set feeds one alone"))
    #expect(
      message { try smallPlan(loss: BinaryCrossEntropy()) }.contains(
        "wants 2 targets a sample, the data has 1"))
    #expect(
      message { try smallPlan(loss: MeanSquaredError(), model: Sequential { Dense(1) }) }
        == "no error")
    #expect(
      message { try smallPlan(loss: Hinge(), model: Sequential { Dense(1) }) } == "no error")
  }

  @Test("of more epochs than steps can be counted goes on as long as it can")
  func overflow() throws {
    #expect(try smallPlan(length: .epochs(.max)).totalSteps == .max)
    #expect(try smallPlan(length: .epochs(3)).totalSteps == 9)
  }
}

/// A layer of two inputs, which gives the first.
private struct Pair: Layer {
  var kind: String { "pair" }

  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { inputs[0] }

  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    preconditionFailure("never computed")
  }
}
