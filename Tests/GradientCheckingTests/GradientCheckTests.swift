import Networks
import Operators
import Tensors
import Testing

@testable import GradientChecking

/// Checks a model on random inputs.
func check(
  _ model: ModelSpec, loss: any Loss = CrossEntropy(), samples: Int = 4, ids: [Float]? = nil,
  seed: UInt64 = 0
) throws -> GradientCheckReport {
  let graph = try Graph(model)
  let stream = RandomStream(seed: seed, purpose: .search)
  let inputs = graph.inputShapes.enumerated().map { tag, shape in
    ids
      ?? (0..<(samples * shape.count)).map {
        2 * RandomStream.unit(stream.words(UInt32($0), UInt32(tag)).0) - 1
      }
  }
  let count = samples * loss.targetShape(forOutput: graph.outputShape).count
  let classes =
    loss.targetShape(forOutput: graph.outputShape) == graph.outputShape
    ? 2 : graph.outputShape[-1]
  let targets: [Float] = (0..<count).map { index in
    let word = stream.words(UInt32(index), 99).0
    if !loss.isClassification { return 2 * RandomStream.unit(word) - 1 }
    let label = Float(Int(word >> 8) % classes)
    return loss.targetsAreSigns ? 2 * label - 1 : label
  }
  let batch = CheckBatch(
    inputs: inputs, targets: targets, sampleIDs: (0..<UInt32(samples)).map { $0 * 3 + 1 })
  return try GradientCheck(
    graph, loss: loss, batch: batch, settings: GradientCheckSettings(seed: seed)
  ).run()
}

@Suite("The gradient check")
struct GradientCheckTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let model: ModelSpec
    var loss: any Loss = CrossEntropy()
    var ids: [Float]?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "rectifiers",
      model: Sequential(input: [20]) {
        Dense(32, activation: .relu)
        Dense(16, activation: .relu)
        Dense(5)
      }),
    Case(
      name: "dropout",
      model: Sequential(input: [12]) {
        Dense(24, activation: .tanh)
        Dropout(0.4)
        Dense(24, activation: .relu)
        Dropout(0.5)
        Dense(5)
      }),
    Case(
      name: "layer norm and residuals",
      model: Sequential(input: [8]) {
        Repeat(3) {
          Residual(activation: .relu) {
            LayerNorm()
            Dense(8, activation: .gelu)
            Dense(8)
          }
        }
        LayerNorm()
        Dense(5)
      }),
    Case(
      name: "a residual with a shortcut",
      model: Sequential(input: [3, 4]) {
        Residual {
          Dense(6, activation: .sigmoid)
        } shortcut: {
          Dense(6, bias: false)
        }
        Flatten()
        Dense(4)
      }),
    Case(
      name: "prelu",
      model: Sequential(input: [10]) {
        Dense(12)
        PReLU()
        Dense(12)
        PReLU(perChannel: true)
        Dense(4)
      }),
    Case(
      name: "embeddings",
      model: Sequential(input: [5]) {
        Embedding(vocabulary: 9, dimensions: 4)
        PositionEmbedding(length: 6)
        Dense(3, activation: .tanh)
        Flatten()
        Dense(3)
      }, ids: [0, 6, 2, 2, 1, 3, 3, 3, 5, 0, 1, 2, 3, 6, 8, 2, 0, 0, 1, 1]),
    Case(
      name: "two inputs, products and sums",
      model: ModelSpec(inputs: [.init(name: "wide", shape: [3]), .init(name: "deep", shape: [5])]) {
        Dense(4, activation: .tanh).named("left").from("wide")
        Dense(4, activation: .sigmoid).named("right").from("deep")
        Multiply().named("product").from("left", "right", "left")
        Add().named("sum").from("product", "right")
        Concatenate().from("sum", "wide", "left")
        Dense(3)
      }),
    Case(
      name: "softmax within",
      model: Sequential(input: [6]) {
        Dense(6)
        Softmax()
        Dense(3)
      }),
    Case(
      name: "a bias that layer norm takes out again",
      model: Sequential(input: [6]) {
        Dense(6, activation: .tanh)
        Dense(1)
        Dense(6)
        LayerNorm()
        Dense(3)
      }),
    Case(
      name: "binary cross entropy", model: regression(3),
      loss: BinaryCrossEntropy(positiveWeight: 3)),
    Case(name: "mean squared error", model: regression(3), loss: MeanSquaredError()),
    Case(name: "mean absolute error", model: regression(3), loss: MeanAbsoluteError()),
    Case(name: "huber", model: regression(3), loss: Huber(delta: 0.3)),
    Case(name: "hinge", model: regression(1), loss: Hinge()),
    Case(
      name: "smoothed and weighted cross entropy", model: regression(3),
      loss: CrossEntropy(labelSmoothing: 0.1, classWeights: [1, 0.5, 2])),
    Case(
      name: "convolutions and batch norm, fused with a sum and a rectifier",
      model: Sequential(input: [6, 6, 2]) {
        Conv2D(4, kernel: 3, padding: .same)
        BatchNorm()
        ActivationLayer(.relu)
        MaxPool2D(2)
        Residual(activation: .relu) {
          Conv2D(4, kernel: 3, padding: .same, bias: false)
          BatchNorm()
        }
        Flatten()
        Dense(3)
      }),
    Case(
      name: "recurrent layers",
      model: Sequential(input: [5, 4]) {
        LSTM(4, bidirectional: true)
        GRU(4, layers: 2)
        RNN(3, returnSequences: false)
        Dense(3)
      }),
    Case(
      name: "layers of a test",
      model: Sequential(input: [6]) {
        Affine(fault: .none)
        MeanProduct()
        Dense(3)
      }),
  ]

  static func regression(_ outputs: Int) -> ModelSpec {
    Sequential(input: [7]) {
      Dense(9, activation: .tanh)
      Dense(outputs)
    }
  }

  @Test("passes right networks at any seed", arguments: cases)
  func right(example: Case) throws {
    for seed: UInt64 in 0..<5 {
      let report = try check(example.model, loss: example.loss, ids: example.ids, seed: seed)
      for tensor in report.tensors {
        let expected: TensorCheck.Verdict =
          tensor.layer == nil && example.ids != nil ? .skipped : .passed
        #expect(
          tensor.verdict == expected,
          "seed \(seed), \(tensor.name): \(tensor.measurements) \(tensor.note ?? "")")
      }
      #expect(report.explanation == [])
    }
  }

  @Test("passes every activation", arguments: Activation.Kind.allCases)
  func activations(kind: Activation.Kind) throws {
    let model = Sequential(input: [6]) {
      Dense(10, activation: .tanh)
      ActivationLayer(Activation(kind))
      Dense(10, activation: Activation(kind))
      Dense(3)
    }
    let report = try check(model)
    #expect(report.count(of: .failed) == 0 && report.count(of: .inconclusive) == 0)
    let first = try #require(report.tensors.first)
    #expect((first.note != nil) == (kind == .binaryStep), "\(first)")
  }

  @Test("is not misled by the ties of an even background")
  func ties() throws {
    let model = Sequential(input: [12, 12, 1]) {
      Conv2D(4, kernel: 3, padding: .same, activation: .relu)
      MaxPool2D(2)
      Conv2D(4, kernel: 3, padding: .same, activation: .relu)
      MaxPool2D(2)
      Flatten()
      Dense(3)
    }
    let background = [Float](repeating: -0.4, count: 4 * 144)
    for seed: UInt64 in 0..<5 {
      let report = try check(model, ids: background, seed: seed)
      #expect(report.count(of: .passed) == report.tensors.count, "seed \(seed): \(report)")
    }
  }

  @Test("needs a loss that is a number")
  func notFinite() throws {
    let model = Sequential(input: [4]) {
      Dense(8, activation: Activation(.exponential), initializer: .constant(1000))
      Dense(3)
    }
    let error = #expect(throws: GradientCheckError.self) { try check(model) }
    #expect(error?.description.contains("no gradient can be checked") == true)
  }
}
