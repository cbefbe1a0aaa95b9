import Operators
import Tensors
import Testing

@testable import Networks

/// Central differences against the backward pass, for layers of several inputs and inner lists.
@Suite("Gradients of composed networks")
struct LayerGradientTests {
  struct Case: Sendable {
    let name: String
    let model: ModelSpec
    /// Ids to feed in place of random numbers: they have no gradient.
    var ids: [Float]? = nil
    /// Numbers to feed in place of random ones.
    var values: [Float]? = nil
  }

  private static let two = [
    ModelSpec.Input(name: "wide", shape: [3]), ModelSpec.Input(name: "deep", shape: [5]),
  ]

  static let cases: [Case] = [
    Case(
      name: "two inputs, branches and their product",
      model: ModelSpec(inputs: two) {
        Dense(4, activation: .tanh).named("left").from("wide")
        Dense(4, activation: .sigmoid).named("right").from("deep")
        Multiply().named("product").from("left", "right", "left")
        Add().named("sum").from("product", "right")
        Concatenate().from("sum", "wide", "left")
        Dense(3)
      }),
    Case(
      name: "layer norm first, between and on a sequence",
      model: Sequential(input: [3, 6]) {
        LayerNorm()
        Dense(5, activation: .gelu)
        LayerNorm(epsilon: 1e-3)
        Flatten()
        Dense(3)
      }),
    Case(
      name: "residuals in a repeat",
      model: Sequential(input: [4]) {
        Dense(6)
        Repeat(2) {
          Residual(activation: .tanh) {
            Dense(6, activation: .sigmoid)
            LayerNorm()
            Dense(6)
          }
        }
        Residual(activation: Activation(.swish)) {
          Dense(5, activation: .tanh)
        } shortcut: {
          Dense(5, bias: false)
          LayerNorm()
        }
        Dense(3)
      }),
    Case(
      name: "a residual over views",
      model: Sequential(input: [6]) {
        Residual {
          Reshape(2, 3)
          Dense(3, activation: .tanh)
          Flatten()
        }
        Residual { Multiply().from("previous", "input") }
        Dense(3)
      }),
    Case(
      name: "pooling",
      model: Sequential(input: [6, 7, 2]) {
        MaxPool2D(3, stride: 2, padding: 1)
        AveragePool2D(Extent2D(height: 2, width: 3), stride: 1, padding: 1)
        GlobalAveragePool2D().named("mean")
        GlobalMaxPool2D().named("largest").from("input")
        AveragePool2D(4).named("corner").from("input")
        Flatten().named("flat")
        Concatenate().from("mean", "largest", "flat")
        Dense(3)
      },
      // No two are so near that a step of the central difference makes another the maximum.
      values: (0..<336).map { Float($0 * 101 % 336) * 0.025 - 4.2 }),
    Case(
      name: "embeddings",
      model: Sequential(input: [5]) {
        Embedding(vocabulary: 7, dimensions: 4)
        PositionEmbedding(length: 6, initializer: .uniform(-1, 1))
        Dense(3, activation: .tanh)
        Flatten()
        Dense(3)
      }, ids: [0, 6, 2, 2, 1, 3, 3, 3, 5, 0, 1, 2, 3, 6, 6, 2, 0, 0, 1, 1]),
    Case(
      name: "recurrent layers, one upon another and around",
      model: Sequential(input: [3, 2]) {
        GRU(3, bidirectional: true)
        Residual { RNN(3, layers: 2, bidirectional: true) }
        LSTM(4, layers: 2, returnSequences: false)
        Dense(3)
      }),
    Case(
      name: "attention across inputs and over itself",
      model: ModelSpec(inputs: [
        ModelSpec.Input(name: "query", shape: [3, 4]), ModelSpec.Input(name: "key", shape: [5, 4]),
      ]) {
        MultiHeadAttention(heads: 2).named("across").from("query", "key")
        MultiHeadAttention(heads: 1, causal: true).from("key", "across")
        MultiHeadAttention(heads: 4, bias: false)
        Flatten()
        Dense(3)
      }),
    Case(
      name: "transformer blocks",
      model: Sequential(input: [3, 4]) {
        TransformerBlock(heads: 2, feedForward: 6, causal: true)
        TransformerBlock(heads: 1, feedForward: 5, norm: .post, activation: .tanh, dropout: 0)
        Flatten()
        Dense(3)
      }),
    Case(
      name: "positions added to the input itself",
      model: Sequential(input: [2, 4]) {
        PositionEmbedding(length: 2, initializer: .uniform(-1, 1))
        LayerNorm()
        Flatten()
        Dense(3)
      }),
  ]

  private static let labels: [Float] = [0, 2, 1, 2]

  @Test("are those of central differences", arguments: cases.indices)
  func gradients(index: Int) throws {
    let example = Self.cases[index]
    try expectCentralDifferences(
      example.model, labels: Self.labels, ids: example.ids, values: example.values,
      example.name)
  }

  @Test(
    "do not depend on whether inputs want one, and outputs not on the mode",
    arguments: cases.indices)
  func modes(index: Int) throws {
    let example = Self.cases[index]
    func run(_ mode: Program.Mode) throws -> (gradients: [Float], loss: Double) {
      let bench = try Bench(example.model, loss: CrossEntropy(), batch: 4, mode: mode)
      let stream = RandomStream(seed: 9, purpose: .noise)
      for (tag, view) in bench.program.inputs.enumerated() {
        bench.fill(view, stream, UInt32(tag))
        if let ids = example.ids { view.copy(from: ids) }
      }
      bench.program.target.copy(from: Self.labels)
      let loss = bench.run().loss
      return (bench.gradients.view.array, loss)
    }
    let all = try run(.training(inputGradients: true))
    let parameters = try run(.training(inputGradients: false))
    #expect(all.gradients == parameters.gradients)
    #expect(all.loss == parameters.loss)
    #expect(try run(.inference).loss == all.loss)
  }
}
