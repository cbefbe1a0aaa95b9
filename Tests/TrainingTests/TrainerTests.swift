import Configuration
import Datasets
import Networks
import Operators
import Optimizers
import Options
import TestSupport
import Testing
import Training

@Suite("The trainer, used from Swift", .serialized)
struct TrainerTests {
  /// The digits with a fifth held out for the test, as `configs/digits-mlp.yaml` has them.
  static func digits() throws -> DataSplits {
    let parts = DataParts(
      train: RepositoryFiles.path("configs/data/digits.csv.gz"),
      validation: .heldOut(HeldOut(fraction: 0.1)), test: .heldOut(HeldOut(fraction: 0.2)))
    let columns = TableColumns(target: "digit", task: .classification)
    return try DataSpec(source: .csv(parts, columns: columns), normalize: .minMax).load(seed: 1)
  }

  static let model = Sequential {
    Dense(64, activation: .relu)
    Dropout(0.2)
    Dense(32, activation: .tanh)
    Dense(10)
  }

  static func result(
    workers: Int, shards: Int = 4, batch: Int = 30, optimizer: any Optimizer = Adam(),
    clip: Double? = nil
  ) throws -> TrainingResult {
    let settings = TrainSettings(
      length: .epochs(2), globalBatch: batch, shards: shards, workers: workers, clipNorm: clip)
    return try Trainer(
      model, data: digits(), optimizer: optimizer, settings: settings, seed: 3
    ).run()
  }

  @Test("learns the digits")
  func digits() throws {
    let settings = TrainSettings(length: .epochs(15), globalBatch: 32, shards: 4)
    let result = try Trainer(
      Self.model, data: Self.digits(), optimizer: Adam(learningRate: 3e-3), settings: settings,
      seed: 1
    ).run()
    let test = try #require(result.test)
    #expect(test.count == 359)
    #expect((0.93...0.99).contains(test.accuracy))
    #expect(result.steps == 15 * 41)
  }

  @Test("gives the same bits with 1, 2, 3 and 4 workers")
  func workers() throws {
    let expected = try Self.result(workers: 1)
    for workers in 2...4 {
      let result = try Self.result(workers: workers)
      #expect(result.weightsHash == expected.weightsHash)
      #expect(result.test == expected.test)
      #expect(result.validation == expected.validation)
    }
  }

  @Test(
    "gives the same bits with clipping by norm and momentum, and shards that do not divide the batch"
  )
  func clipping() throws {
    let optimizer = SGD(learningRate: 0.1, momentum: 0.9)
    let one = try Self.result(
      workers: 1, shards: 5, batch: 33, optimizer: optimizer, clip: 0.5)
    let three = try Self.result(
      workers: 3, shards: 5, batch: 33, optimizer: optimizer, clip: 0.5)
    #expect(one.weightsHash == three.weightsHash)
    let unclipped = try Self.result(workers: 1, shards: 5, batch: 33, optimizer: optimizer)
    #expect(unclipped.weightsHash != one.weightsHash)
  }

  @Test("leaves frozen layers as they started, and gives the same bits with groups and LAMB")
  func groups() throws {
    func result(workers: Int, steps: Int = 20) throws -> TrainingResult {
      var trainer = Trainer(
        Self.model, data: try Self.digits(), optimizer: LAMB(learningRate: 0.01),
        settings: TrainSettings(
          length: .steps(steps), globalBatch: 33, shards: 5, workers: workers, clipNorm: 0.5),
        seed: 3)
      trainer.parameterGroups = [
        ParameterGroup("dense_1.weight", isFrozen: true),
        ParameterGroup("dense_3.*", weightDecay: 0.1, learningRateFactor: 0.5),
      ]
      trainer.regularization = Regularization(l1: 1e-4, l2: 1e-3)
      return try trainer.run()
    }
    let one = try result(workers: 1)
    #expect(try result(workers: 3).weightsHash == one.weightsHash)
    let early = try result(workers: 2, steps: 1)
    func values(_ result: TrainingResult, _ name: String) -> [Float]? {
      result.parameters.first { $0.name == name }?.values
    }
    #expect(values(one, "dense_1.weight") == values(early, "dense_1.weight"))
    #expect(values(one, "dense_1.bias") != values(early, "dense_1.bias"))
    #expect(values(one, "dense_2.weight") != values(early, "dense_2.weight"))
  }

  @Test("says which tensors there are where a group matches none")
  func wrongGroup() throws {
    var trainer = Trainer(
      Self.model, data: try Self.digits(),
      settings: TrainSettings(length: .steps(1), globalBatch: 8))
    trainer.parameterGroups = [ParameterGroup("dense_4.weight", isFrozen: true)]
    let error = #expect(throws: OptionsError.self) { try trainer.run() }
    #expect(error?.description.contains("matches no tensor") == true)
    #expect(error?.description.contains("dense_1.weight, ") == true)
  }

  @Test("trains on another number of shards to other bits, but as well")
  func shards() throws {
    let four = try Self.result(workers: 1, shards: 4)
    let one = try Self.result(workers: 1, shards: 1)
    #expect(four.weightsHash != one.weightsHash)
    let (a, b) = (try #require(four.test), try #require(one.test))
    #expect(abs(a.meanLoss - b.meanLoss) < 1e-3)
  }

  @Test("says which layer does not suit the data")
  func mismatch() throws {
    let settings = TrainSettings(length: .steps(1), globalBatch: 8)
    let model = Sequential { Dense(7) }
    let error = #expect(throws: TrainingError.self) {
      try Trainer(model, data: Self.digits(), settings: settings).run()
    }
    #expect(error?.description.contains("gives 7 logits, the data has 10 classes") == true)
  }

  @Test("stops at the first loss that is not finite, and names where it began")
  func divergence() throws {
    let settings = TrainSettings(length: .steps(100), globalBatch: 32, shards: 2, workers: 2)
    let model = Sequential {
      Dense(8, activation: Activation(.exponential))
      Dense(10)
    }
    let error = #expect(throws: TrainingError.self) {
      try Trainer(
        model, data: Self.digits(), optimizer: SGD(learningRate: 1e20), settings: settings
      ).run()
    }
    let text = error?.description ?? ""
    #expect(text.contains("training diverged"))
    #expect(text.contains("dense_"))
  }
}
