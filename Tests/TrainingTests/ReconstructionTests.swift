import Configuration
import Datasets
import Networks
import Operators
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Training an autoencoder", .serialized)
struct ReconstructionTests {
  static func digits(_ normalize: Normalization.Kind = .minMax) throws -> DataSplits {
    let parts = DataParts(
      train: RepositoryFiles.path("configs/data/digits.csv.gz"),
      validation: .heldOut(HeldOut(fraction: 0.1, stratify: false)),
      test: .heldOut(HeldOut(fraction: 0.2, stratify: false)))
    let columns = TableColumns(target: nil, task: .classification, ignore: ["digit"])
    return try DataSpec(
      source: .csv(parts, columns: columns), target: .input, normalize: normalize
    ).load(seed: 1)
  }

  static func model(_ activation: Activation) -> ModelSpec {
    Sequential {
      Dense(32, activation: .relu)
      Dense(12)
      Dense(32, activation: .relu)
      Dense(64, activation: activation)
    }
  }

  static func run(
    _ model: ModelSpec, _ data: DataSplits, loss: (any Loss)? = nil, workers: Int = 1,
    epochs: Int = 2
  ) throws -> TrainingResult {
    let settings = TrainSettings(
      length: .epochs(epochs), globalBatch: 30, shards: 4, workers: workers)
    return try Trainer(model, data: data, loss: loss, settings: settings, seed: 3).run()
  }

  @Test("gives the same bits with any number of workers, and learns to reconstruct")
  func learning() throws {
    let data = try Self.digits()
    let one = try Self.run(Self.model(.sigmoid), data, epochs: 20)
    let three = try Self.run(Self.model(.sigmoid), data, workers: 3, epochs: 20)
    #expect(one.weightsHash == three.weightsHash)
    #expect(one.test == three.test && one.validation == three.validation)
    let test = try #require(one.test)
    // The sums are over all pixels of the 359 held-out digits.
    #expect(test.count == 359 * 64 && test.weight == test.count)
    #expect(test.meanLoss == test.meanSquaredError)
    // Each pixel's own variance is 0.075 on average.
    #expect((0.01...0.04).contains(test.meanSquaredError), "\(test.meanSquaredError)")
  }

  @Test("with binary cross entropy measures the squared error of the sigmoid")
  func binary() throws {
    let data = try Self.digits()
    let result = try Self.run(
      Self.model(.linear), data, loss: BinaryCrossEntropy(), epochs: 20)
    let test = try #require(result.test)
    #expect((0.01...0.04).contains(test.meanSquaredError), "\(test.meanSquaredError)")
    #expect(test.meanLoss > 0.1)
    #expect(MetricSet(loss: BinaryCrossEntropy(), task: data.task) == .reconstruction)
    #expect(MetricSet.reconstruction.values(of: test).map(\.name) == ["loss", "mse"])
  }

  @Test("refuses losses and networks that do not fit")
  func mismatches() throws {
    func message(
      _ model: ModelSpec, _ loss: any Loss, _ normalize: Normalization.Kind = .minMax
    ) throws -> String {
      let error = #expect(throws: TrainingError.self) {
        try Self.run(model, Self.digits(normalize), loss: loss)
      }
      return error?.description ?? ""
    }
    let full = Self.model(.linear)
    for loss in [CrossEntropy(), Hinge()] as [any Loss] {
      let text = try message(full, loss)
      #expect(text.contains("the loss \(type(of: loss).kind) needs classes"))
      #expect(text.contains("use mean_squared_error, or binary_cross_entropy"))
    }
    let short = try message(Sequential { Dense(10) }, MeanSquaredError())
    #expect(short.contains("the network gives [10]"))
    #expect(short.contains("10 numbers for 64"))
    #expect(short.contains("let the last layer have 64 outputs"))
    let range = try message(full, BinaryCrossEntropy(), .standardize)
    #expect(range.contains("needs targets from 0 to 1, but the inputs go from -"))
    #expect(range.contains("write `normalize: min_max`"))
    #expect(try message(full, BinaryCrossEntropy(), .none).contains("go from 0.0 to 16.0"))
  }

  @Test("and networks of images take random data of any shape, and rows under another shape")
  func shapes() throws {
    let random = SyntheticSamples(samples: 40, shape: [8, 6, 3], classes: 10)
    let images = try DataSpec(source: .synthetic(DataParts(train: random))).load(seed: 1)
    let convolution = Sequential {
      Conv2D(4, kernel: 3, padding: .same, activation: .relu)
      Flatten()
      Dense(10)
    }
    #expect(try Self.run(convolution, images).steps == 4)
    let reshaped = Sequential(input: [8, 8, 1]) {
      Conv2D(2, kernel: 3, padding: .same, activation: .relu)
      Flatten()
      Dense(64)
    }
    #expect(try Self.run(reshaped, Self.digits()).steps == 88)
  }
}
