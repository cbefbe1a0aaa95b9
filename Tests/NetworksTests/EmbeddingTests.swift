import Operators
import Options
import Tensors
import Testing

@testable import Networks

@Suite("Embeddings")
struct EmbeddingTests {
  private func message(_ model: ModelSpec) -> String {
    do {
      _ = try Graph(model)
      return "no error"
    } catch { return error.description }
  }

  @Test("give each id its vector, plus that of its place")
  func values() throws {
    let bench = try Bench(
      Sequential(input: [2]) {
        Embedding(vocabulary: 3, dimensions: 2, initializer: .values([0, 1, 10, 11, 20, 21]))
        PositionEmbedding(length: 3, initializer: .values([100, 200, 300, 400, .nan, .nan]))
      }, loss: MeanSquaredError(), batch: 2, mode: .inference)
    bench.program.inputs[0].copy(from: [2, 0, 1, 1])
    bench.program.target.fill(with: 0)
    bench.run()
    #expect(bench.program.output.array == [120, 221, 300, 401, 110, 211, 310, 411])
  }

  @Test("give NaN for what is no id, and name the layer")
  func invalid() throws {
    let bench = try Bench(
      Sequential(input: [2]) {
        Embedding(vocabulary: 3, dimensions: 2)
        Flatten()
        Dense(2)
      }, loss: CrossEntropy(), batch: 1, mode: .training(inputGradients: false))
    for bad: Float in [3, -1, 0.5, 1e20] {
      bench.program.inputs[0].copy(from: [1, bad])
      bench.program.target.fill(with: 0)
      #expect(bench.run().loss.isNaN)
      bench.program.inputs[0].copy(from: [1, bad])
      let tensor = unsafe [UInt32(0)].withUnsafeBufferPointer { ids -> Int? in
        guard let base = ids.baseAddress else { return nil }
        return unsafe bench.program.firstNonFiniteTensor(
          StepContext(
            step: 0, sampleIDs: base, gradients: bench.gradients.view, dropoutKey: (0, 0)),
          parameters: bench.parameters.view)
      }
      #expect(tensor.map(bench.graph.tensorName) == "the output of embedding_1")
    }
  }

  @Test("make known which inputs hold ids")
  func idInputs() throws {
    let graph = try Graph(
      ModelSpec(inputs: [
        ModelSpec.Input(name: "numbers", shape: [4]), ModelSpec.Input(name: "words", shape: [6]),
      ]) {
        Reshape(2, 3).from("words")
        Repeat(1) { Embedding(vocabulary: 9, dimensions: 2).named("table") }
        Flatten().named("left")
        Dense(12).named("right").from("numbers")
        Add().from("left", "right")
      })
    #expect(graph.idInputs == [IDInput(input: 1, layer: "repeat_1.1.table", idCount: 9)])
    #expect(try Graph(Sequential(input: [4]) { Dense(2) }).idInputs.isEmpty)
  }

  @Test("refuse shapes that do not fit")
  func errors() {
    #expect(
      message(Sequential(input: [4]) { PositionEmbedding(length: 4) }).contains(
        "position_embedding takes a sequence [time, features], found [4]"))
    let long = message(Sequential(input: [5, 2]) { PositionEmbedding(length: 4) })
    #expect(long.contains("the sequence has 5 time steps, but `length` is 4"))
    #expect(long.contains("write `length: 5` or more"))
  }
}
