import Configuration
import DataParallelism
import Datasets
import MessagePassing
import Networks
import Operators
import Optimizers
import Tensors
import Testing

@testable import Training

/// Keeps the names and steps of what happens.
final class Diary: TrainingObserver {
  var entries: [String] = []
  var descriptions: [RunDescription] = []

  func handle(_ event: TrainingEvent) {
    switch event {
    case .started(let description): descriptions.append(description)
    case .step: break
    case .tensorNorms(let report): entries.append("norms \(report.step)")
    case .log(let report): entries.append("log \(report.step)")
    case .epoch(let report): entries.append("epoch \(report.step) of \(report.sums.count)")
    case .validation(let report): entries.append("validation \(report.step)")
    case .test(let report): entries.append("test \(report.step)")
    case .checkpoint(let step, _, _): entries.append("checkpoint \(step)")
    case .checkpointsCompleted(let pauses): entries.append("\(pauses.count) checkpoints")
    case .warning(let text): entries.append("warning: \(text)")
    case .reducedLearningRate(let reduction): entries.append("\(reduction)")
    case .stoppedEarly(let stop): entries.append("\(stop)")
    case .restored(let best): entries.append("\(best)")
    }
  }
}

/// Notes the steps after which checkpoints would be written.
private final class CheckpointDiary: StepBorders {
  var steps: [Int] = []
  let seconds = 0.0

  func handle(_ event: TrainingEvent) {}

  func writeCheckpoint(_ progress: TrainingProgress) { steps.append(progress.step) }

  func restore(_ best: RestoredBest) { Issue.record("nothing is to be restored") }

  func finish() {}
}

@Suite("A run", .serialized)
struct RunTests {
  /// Points on both sides of a line.
  static func points(_ count: Int, from first: Int = 0) -> Dataset {
    var features: [Float] = []
    var targets: [Float] = []
    for index in first..<(first + count) {
      let x = Float(index * 7 % 11 - 5)
      let y = Float(index * 5 % 13 - 6)
      features += [x, y]
      targets.append(x > y ? 1 : 0)
    }
    return Dataset(
      features: features, sampleShape: [2], targets: targets, classNames: ["below", "above"])
  }

  /// What a Swift user writes: data, a network, settings, somebody who listens, and `run`.
  @Test("from Swift tells observers of all that happens")
  func trainer() throws {
    let diary = Diary()
    let data = DataSplits(
      train: Self.points(20), validation: Self.points(1, from: 50), test: Self.points(3, from: 60))
    let model = Sequential {
      Dense(4, activation: .tanh)
      Dense(2)
    }
    var trainer = Trainer(
      model, data: data, optimizer: Adam(learningRate: 0.05),
      settings: TrainSettings(
        length: .steps(7), globalBatch: 8, shards: 3, workers: 5, logEverySteps: 4),
      observers: [diary])
    trainer.name = "points"
    let result = try trainer.run()
    #expect(
      diary.entries == [
        "epoch 3 of 20.0", "validation 3", "log 4", "epoch 6 of 20.0", "validation 6",
        "validation 7", "test 7",
      ])
    #expect(diary.descriptions.map(\.name) == ["points"])
    #expect(diary.descriptions.first?.totalSteps == 7)
    #expect(result.steps == 7)
    #expect(result.test?.count == 3 && result.validation?.count == 1)
    #expect(
      result.parameters.map(\.name).sorted() == [
        "dense_1.bias", "dense_1.weight", "dense_2.bias", "dense_2.weight",
      ])
  }

  @Test("has the same bits on any workers where shards outnumber samples", arguments: [1, 2, 7])
  func fewSamples(workers: Int) throws {
    func result(_ workers: Int) throws -> TrainingResult {
      try Trainer(
        Sequential { Dense(2) }, data: DataSplits(train: Self.points(3)),
        settings: TrainSettings(
          length: .epochs(4), globalBatch: 16, shards: 6, workers: workers)
      ).run()
    }
    let one = try result(1)
    #expect(one.steps == 4)
    #expect(try result(workers).weightsHash == one.weightsHash)
  }

  private func checkpoints(_ settings: CheckpointSettings, steps: Int) throws -> [Int] {
    let diary = CheckpointDiary()
    try withWorld { world in
      let plan = try TrainingPlan(
        model: Sequential { Dense(2) }, data: DataSplits(train: Self.points(12)),
        loss: CrossEntropy(), optimizer: SGD(learningRate: 0.1),
        settings: TrainSettings(length: .steps(steps), globalBatch: 4, checkpoint: settings),
        shards: 1, seed: 1)
      let session = try TrainingSession(plan, workers: 1, world: world)
      try session.initialize()
      _ = try session.run(from: TrainingProgress(), borders: diary)
      try session.exchange.close()
    }
    return diary.steps
  }

  @Test("writes checkpoints by epochs, by steps, or by both, and at its end")
  func checkpointSteps() throws {
    #expect(try checkpoints(CheckpointSettings(), steps: 8) == [3, 6, 8])
    #expect(try checkpoints(CheckpointSettings(everyEpochs: 2), steps: 8) == [6, 8])
    #expect(try checkpoints(CheckpointSettings(everySteps: 5), steps: 8) == [5, 8])
    #expect(
      try checkpoints(CheckpointSettings(everySteps: 4, everyEpochs: 1), steps: 9)
        == [3, 4, 6, 8, 9])
    #expect(try checkpoints(CheckpointSettings(everyEpochs: .max), steps: 4) == [4])
  }

  @Test(
    "names the tensor of a gradient that is not finite, whichever worker is first",
    arguments: 0..<20)
  func gradient(repetition: Int) throws {
    // The errors' signs times 3e38 add up beyond what a float holds, the loss does not.
    let data = Dataset(
      features: Array(repeating: 3e38, count: 8), sampleShape: [1],
      targets: Array(repeating: 0, count: 8))
    let error = #expect(throws: TrainingError.self) {
      try Trainer(
        Sequential { Dense(1, initializer: .constant(0.5)) }, data: DataSplits(train: data),
        loss: MeanAbsoluteError(),
        settings: TrainSettings(length: .steps(1), globalBatch: 8, shards: 4, workers: 4)
      ).run()
    }
    let text = error?.description ?? ""
    #expect(text.contains("the gradient of step 1"))
    #expect(text.contains("the gradient of dense_1.weight"), "\(text)")
  }

  @Test("leaves the parameters as they are where no sample has a weight")
  func noWeight() throws {
    let result = try Trainer(
      Sequential { Dense(2, initializer: .ones) }, data: DataSplits(train: Self.points(4)),
      loss: CrossEntropy(classWeights: [0, 0]), optimizer: SGD(learningRate: 0.1),
      settings: TrainSettings(length: .steps(2), globalBatch: 4, shards: 2)
    ).run()
    #expect(result.parameters.first { $0.name == "dense_1.weight" }?.values == [1, 1, 1, 1])
  }

  @Test("finds where a NaN began though the step has used the inputs' room")
  func overwrittenInputs() throws {
    // Nothing reads the input after the first layer: its room is free for the outputs, which are NaN.
    let error = #expect(throws: TrainingError.self) {
      try Trainer(
        Sequential {
          ActivationLayer(.tanh)
          Dense(2, initializer: .constant(.infinity))
          ActivationLayer(.tanh)
          Dense(2)
        }, data: DataSplits(train: Self.points(4)), loss: CrossEntropy(),
        settings: TrainSettings(length: .steps(1), globalBatch: 4, shards: 1, workers: 1)
      ).run()
    }
    let text = error?.description ?? ""
    #expect(text.contains("dense_1.weight"), "\(text)")
  }
}
