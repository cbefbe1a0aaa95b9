import Configuration
import Datasets
import Networks
import Operators
import Optimizers
import Options
import Tensors
import TestSupport
import Testing
import Training

@Suite("Training composed networks", .serialized)
struct GraphLayerTests {
  /// The digits' pixels as they are, whole numbers from 0 to 16.
  static func pixels(normalize: Normalization.Kind = .none) throws -> DataSplits {
    let parts = DataParts(
      train: RepositoryFiles.path("configs/data/digits.csv.gz"),
      test: .heldOut(HeldOut(fraction: 0.2)))
    let columns = TableColumns(target: "digit", task: .classification)
    return try DataSpec(source: .csv(parts, columns: columns), normalize: normalize).load(seed: 1)
  }

  static let residual = Sequential {
    Dense(32, activation: .relu)
    Repeat(2) {
      Residual(activation: .relu) {
        LayerNorm()
        Dense(32, activation: .relu)
        Dropout(0.1)
        Dense(32)
      }
    }
    Residual {
      Dense(16, activation: .gelu)
    } shortcut: {
      Dense(16, bias: false)
    }
    LayerNorm()
    Dense(10)
  }

  static let embedded = Sequential {
    Embedding(vocabulary: 17, dimensions: 4)
    PositionEmbedding(length: 64)
    Dense(4, activation: .relu)
    Flatten()
    Dense(10)
  }

  static let recurrent = Sequential {
    Reshape(8, 8)
    GRU(12, bidirectional: true)
    LSTM(20, layers: 2, returnSequences: false)
    Dense(10)
  }

  static func result(
    _ model: ModelSpec, _ data: DataSplits, workers: Int, optimizer: any Optimizer = Adam(),
    epochs: Int = 2
  ) throws -> TrainingResult {
    let settings = TrainSettings(
      length: .epochs(epochs), globalBatch: 30, shards: 4, workers: workers)
    return try Trainer(model, data: data, optimizer: optimizer, settings: settings, seed: 3).run()
  }

  static let optimizers: [any Optimizer] = [
    RMSprop(learningRate: 1e-3, momentum: 0.5, centered: true), Adagrad(), Adadelta(), NAdam(),
    Adam(amsgrad: true),
  ]

  @Test("gives the same bits with 1, 2, 3 and 4 workers: residuals and layer norm")
  func residualWorkers() throws {
    let data = try Self.pixels(normalize: .minMax)
    let expected = try Self.result(Self.residual, data, workers: 1)
    for workers in 2...4 {
      let result = try Self.result(Self.residual, data, workers: workers)
      #expect(result.weightsHash == expected.weightsHash)
      #expect(result.test == expected.test)
    }
  }

  @Test("gives the same bits with 1, 2, 3 and 4 workers: recurrent layers")
  func recurrentWorkers() throws {
    let data = try Self.pixels(normalize: .minMax)
    let expected = try Self.result(Self.recurrent, data, workers: 1, epochs: 1)
    for workers in 2...4 {
      let result = try Self.result(Self.recurrent, data, workers: workers, epochs: 1)
      #expect(result.weightsHash == expected.weightsHash)
      #expect(result.test == expected.test)
    }
  }

  @Test("gives the same bits with 1, 2, 3 and 4 workers: embeddings")
  func embeddingWorkers() throws {
    let data = try Self.pixels()
    let expected = try Self.result(Self.embedded, data, workers: 1, epochs: 1)
    for workers in 2...4 {
      let result = try Self.result(Self.embedded, data, workers: workers, epochs: 1)
      #expect(result.weightsHash == expected.weightsHash)
      #expect(result.test == expected.test)
    }
  }

  @Test(
    "learns the digits, and with every optimizer to the same bits", arguments: optimizers.indices)
  func learning(index: Int) throws {
    let data = try Self.pixels(normalize: .minMax)
    let optimizer = Self.optimizers[index]
    let one = try Self.result(Self.residual, data, workers: 1, optimizer: optimizer, epochs: 6)
    let three = try Self.result(Self.residual, data, workers: 3, optimizer: optimizer, epochs: 6)
    #expect(one.weightsHash == three.weightsHash)
    let accuracy = try #require(one.test).accuracy
    #expect((0.9...0.995).contains(accuracy), "\(type(of: optimizer).kind): \(accuracy)")
  }

  @Test("refuses a network of several inputs before it starts")
  func severalInputs() throws {
    let data = try Self.pixels()
    let model = ModelSpec(inputs: [
      ModelSpec.Input(name: "wide", shape: [64]), ModelSpec.Input(name: "deep", shape: nil),
    ]) {
      Dense(10).named("left").from("wide")
      Dense(10).named("right").from("deep")
      Add().from("left", "right")
    }
    let error = #expect(throws: OptionsError.self) {
      try Self.result(model, data, workers: 1)
    }
    let text = error?.description ?? ""
    #expect(text.contains("the model has 2 inputs (`wide`, `deep`), but a data set feeds one"))
    #expect(text.contains("hint: "))
  }

  @Test("refuses data with ids that the network does not know, wherever they are")
  func unknownIDs() throws {
    func message(_ data: DataSplits) -> String {
      let error = #expect(throws: DatasetError.self) {
        try Self.result(
          Sequential {
            Embedding(vocabulary: 5, dimensions: 2)
            Flatten()
            Dense(2)
          }, data, workers: 1)
      }
      return error?.description ?? ""
    }
    func part(_ samples: Int, bad: (sample: Int, value: Float)?) -> Dataset {
      var features = (0..<(samples * 3)).map { Float($0 % 5) }
      if let bad { features[bad.sample * 3 + 1] = bad.value }
      return Dataset(
        features: features, sampleShape: [3], targets: (0..<samples).map { Float($0 % 2) },
        classNames: ["a", "b"])
    }
    let good = part(40, bad: nil)
    let training = message(DataSplits(train: part(3_000, bad: (2_000, 5))))
    #expect(
      training.contains(
        "sample 2000 of the training data has 5.0 as element 1, but `embedding_1` takes the ids "
          + "0 to 4"))
    #expect(training.contains("ids are whole numbers below `vocabulary`"))
    #expect(
      message(DataSplits(train: good, validation: part(40, bad: (7, -1)))).contains(
        "sample 7 of the validation data has -1.0"))
    #expect(
      message(DataSplits(train: good, test: part(40, bad: (0, 0.5)))).contains(
        "sample 0 of the test data has 0.5"))
    #expect(
      message(DataSplits(train: good, normalize: .standardize)).contains(
        "ids need `normalize: none`"))
  }
}
