import Operators
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Multi-head attention")
struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch = 1
    var heads = 1
    var features: Int
    var queries: Int
    /// Of a second input; nil for self-attention.
    var keys: Int? = nil
    var isCausal = false
    var hasBias = true
    var dropout = 0.0

    var testDescription: String {
      "batch \(batch), \(heads) heads of \(features / heads), \(queries) on \(keys ?? queries)"
        + (keys == nil ? "" : " of another input") + (isCausal ? ", causal" : "")
        + (hasBias ? "" : ", no bias") + (dropout > 0 ? ", dropout \(dropout)" : "")
    }
  }

  /// Blocks are of 32 queries and 64 keys, tiles of 8 and 16.
  static let cases: [Case] = [
    Case(features: 1, queries: 1),
    Case(batch: 2, heads: 2, features: 8, queries: 5),
    Case(batch: 3, heads: 4, features: 4, queries: 8, isCausal: true),
    Case(batch: 2, heads: 3, features: 12, queries: 16, isCausal: true, hasBias: false),
    Case(heads: 4, features: 64, queries: 70, isCausal: true),
    Case(batch: 3, heads: 2, features: 10, queries: 37),
    Case(heads: 2, features: 40, queries: 130, isCausal: true),
    Case(heads: 1, features: 33, queries: 65),
    Case(heads: 2, features: 32, queries: 200, isCausal: true),
    Case(batch: 2, heads: 2, features: 8, queries: 3, keys: 70),
    Case(batch: 2, heads: 1, features: 6, queries: 70, keys: 1),
    Case(batch: 2, heads: 4, features: 8, queries: 40, keys: 7, isCausal: true),
    Case(heads: 2, features: 8, queries: 7, keys: 140, isCausal: true, hasBias: false),
    Case(batch: 2, heads: 2, features: 8, queries: 6, dropout: 0.3),
    Case(batch: 2, heads: 3, features: 9, queries: 37, keys: 101, dropout: 0.5),
    Case(heads: 2, features: 8, queries: 70, isCausal: true, dropout: 0.1),
  ]

  private func model(_ example: Case) -> ModelSpec {
    let layer = MultiHeadAttention(
      heads: example.heads, causal: example.isCausal, bias: example.hasBias,
      dropout: example.dropout)
    let query = Shape([example.queries, example.features])
    guard let keys = example.keys else { return Sequential(input: query) { layer.named("a") } }
    return ModelSpec(inputs: [
      ModelSpec.Input(name: "query", shape: query),
      ModelSpec.Input(name: "key", shape: [keys, example.features]),
    ]) {
      layer.named("a").from("query", "key")
    }
  }

  private func bench(_ example: Case, _ mode: Program.Mode) throws -> Bench {
    let bench = try Bench(
      model(example), loss: MeanSquaredError(), batch: example.batch, mode: mode)
    let stream = RandomStream(seed: 9, purpose: .noise)
    for (tag, view) in bench.program.inputs.enumerated() {
      bench.fill(view, stream, UInt32(tag))
      // Scores of some size, so that the softmaxes are far from uniform.
      for index in 0..<view.count { view[index] *= 3 }
    }
    bench.program.target.fill(with: 0.25)
    return bench
  }

  private func parameters(_ bench: Bench, of arena: FloatView, _ example: Case)
    -> AttentionReference.Parameters
  {
    func tensor(_ name: String, _ count: Int) -> [Double] {
      guard let entry = bench.graph.layout["a.\(name)"] else {
        return Array(repeating: 0, count: count)
      }
      return arena[entry.range].array.map(Double.init)
    }
    let features = example.features
    return AttentionReference.Parameters(
      inWeight: tensor("in_proj_weight", 3 * features * features),
      inBias: tensor("in_proj_bias", 3 * features),
      outWeight: tensor("out_proj.weight", features * features),
      outBias: tensor("out_proj.bias", features))
  }

  /// The factors that the layer's own random words give, in step 4 of ``Bench``.
  private func dropoutFactor(_ example: Case) -> (Int, Int, Int, Int) -> Double {
    guard example.dropout > 0 else { return { _, _, _, _ in 1 } }
    // The stream whose key is the bench's.
    let purpose = RandomPurpose.dropout
    let high = UInt64(6 ^ (purpose.rawValue &* 0x9E37_79B9))
    let stream = RandomStream(seed: high << 32 | 5, purpose: purpose)
    let layer = UInt32(truncatingIfNeeded: NameHash.fnv1a("a"))
    let keys = example.keys ?? example.queries
    let width = (keys + 15) / 16 * 16
    let rate = Float(example.dropout)
    return { sample, head, query, key in
      let element = (head * example.queries + query) * width + key
      let words = stream.words(UInt32(element / 4), layer, UInt32(sample * 7 + 3), 4)
      let word = [words.0, words.1, words.2, words.3][element % 4]
      return RandomStream.unit(word) >= rate ? 1 / (1 - example.dropout) : 0
    }
  }

  /// The largest error, relative to the largest number.
  private func expectEqual(
    _ actual: [Float], _ expected: [Double], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let scale = expected.reduce(1e-3) { max($0, abs($1)) }
    expectClose(
      actual.map { $0 / Float(scale) }, expected.map { Float($0 / scale) }, relative: 0,
      absolute: 1e-5, what, sourceLocation: sourceLocation)
  }

  @Test("is that of double precision, with all gradients", arguments: cases)
  func reference(example: Case) throws {
    let bench = try bench(example, .training(inputGradients: true))
    let inputs = bench.program.inputs.map { $0.array.map(Double.init) }
    let reference = AttentionReference(
      batch: example.batch, heads: example.heads, features: example.features,
      queries: example.queries, keys: example.keys ?? example.queries, isCausal: example.isCausal,
      dropoutFactor: dropoutFactor(example))
    bench.gradients.view.fill(with: .nan)
    let loss = bench.run(step: 4).loss
    let expected = reference.run(
      inputs[0], inputs[inputs.count - 1], parameters(bench, of: bench.parameters.view, example),
      outputGradient: { output in output.map { 2 * ($0 - 0.25) } })
    let expectedLoss = expected.output.reduce(0) { $0 + ($1 - 0.25) * ($1 - 0.25) }
    #expect(abs(loss - expectedLoss) < 1e-5 * expectedLoss)
    if example.dropout == 0 {
      let inference = try self.bench(example, .inference)
      #expect(inference.run().loss == loss)
      expectEqual(inference.output, expected.output, "output")
    }
    let gradients = parameters(bench, of: bench.gradients.view, example)
    func single(_ values: [Double]) -> [Float] { values.map(Float.init) }
    expectEqual(single(gradients.inWeight), expected.gradients.inWeight, "in_proj_weight")
    expectEqual(single(gradients.outWeight), expected.gradients.outWeight, "out_proj.weight")
    if example.hasBias {
      let features = example.features
      for part in [0..<features, (2 * features)..<(3 * features)] {
        expectEqual(
          single(Array(gradients.inBias[part])), Array(expected.gradients.inBias[part]),
          "in_proj_bias")
      }
      // The keys' bias moves all scores of a query alike: its gradient is exactly 0.
      #expect(gradients.inBias[features..<(2 * features)].allSatisfy { $0 == 0 })
      #expect(expected.gradients.inBias[features..<(2 * features)].allSatisfy { abs($0) < 1e-12 })
      expectEqual(single(gradients.outBias), expected.gradients.outBias, "out_proj.bias")
    } else {
      #expect(bench.graph.layout["a.in_proj_bias"] == nil)
    }
    let inputGradients = withExtendedLifetime(bench) {
      bench.program.inputGradients.map { $0?.array ?? [] }
    }
    if (example.keys ?? example.queries) == 1 {
      // The softmax of one score is constant.
      let scores = gradients.inWeight[..<(2 * example.features * example.features)]
      #expect(scores.allSatisfy { $0 == 0 })
    }
    if example.keys == nil {
      let sum = zip(expected.queryGradient, expected.keyGradient).map { $0.0 + $0.1 }
      expectEqual(inputGradients[0], sum, "input")
    } else {
      expectEqual(inputGradients[0], expected.queryGradient, "queries")
      expectEqual(inputGradients[1], expected.keyGradient, "keys and values")
    }
  }

  @Test("drops nothing in inference")
  func inference() throws {
    func output(_ dropout: Double) throws -> [Float] {
      let bench = try bench(Case(features: 4, queries: 9, dropout: dropout), .inference)
      bench.run()
      return bench.output
    }
    #expect(try output(0.5) == output(0))
  }

  @Test("is exact by hand", arguments: [false, true])
  func hand(isCausal: Bool) throws {
    let bench = try Bench(
      Sequential(input: [2, 2]) { MultiHeadAttention(heads: 1, causal: isCausal) },
      loss: MeanSquaredError(), batch: 1, mode: .inference)
    let identity: [Float] = [1, 0, 0, 1]
    for entry in bench.graph.layout.entries {
      let view = bench.parameters.view[entry.range]
      view.fill(with: 0)
      if entry.name.hasSuffix("in_proj_weight") { view.copy(from: identity + identity + identity) }
      if entry.name.hasSuffix("out_proj.weight") { view.copy(from: identity) }
    }
    bench.program.inputs[0].copy(from: identity)
    bench.program.target.fill(with: 0)
    bench.run()
    // Scores are 1 / sqrt 2 with itself and 0 with the other: 1 / (1 + e^-0.70710678) = 0.66976155.
    let (own, other): (Float, Float) = (0.66976155, 0.33023845)
    expectClose(bench.output, isCausal ? [1, 0, other, own] : [own, other, other, own])
  }

  @Test("of a sequence on itself named twice is self-attention")
  func twice() throws {
    let layer = MultiHeadAttention(heads: 2)
    func run(_ model: ModelSpec) throws -> [[Float]] {
      let bench = try Bench(
        model, loss: MeanSquaredError(), batch: 2, mode: .training(inputGradients: true))
      bench.fill(bench.program.inputs[0], RandomStream(seed: 9, purpose: .noise), 0)
      bench.program.target.fill(with: 1)
      let loss = Float(bench.run().loss)
      return withExtendedLifetime(bench) {
        [[loss], bench.gradients.view.array, bench.program.inputGradients[0]?.array ?? []]
      }
    }
    let one = try run(Sequential(input: [5, 6]) { layer.named("a") })
    let two = try run(Sequential(input: [5, 6]) { layer.named("a").from("input", "input") })
    for (a, b) in zip(one, two) { expectClose(a, b) }
  }

  @Test("needs memory that grows with the sequence, not with its square", arguments: [false, true])
  func memory(isTraining: Bool) throws {
    func count(_ time: Int) throws -> Int {
      let graph = try Graph(Sequential(input: [time, 64]) { MultiHeadAttention(heads: 4) })
      return try CompiledProgram(
        graph: graph, loss: nil, batch: 2,
        mode: isTraining ? .training(inputGradients: false) : .inference, stream: ComputeStream()
      ).workspaceCount
    }
    let counts = try [256, 512, 1024].map(count)
    #expect(counts[2] - counts[1] == 2 * (counts[1] - counts[0]))
    // All scores of the 4 heads and 2 samples would be 8 times 1024 x 1024.
    #expect(counts[2] < 2 * 1024 * 1024)
  }

  @Test("counts the pairs of queries and keys that see each other")
  func multiplyAdds() {
    let self5 = MultiHeadAttention(heads: 2).multiplyAdds(of: [[5, 8]])
    #expect(self5 == 4 * 5 * 64 + 2 * 25 * 8)
    let causal = MultiHeadAttention(heads: 2, causal: true)
    #expect(causal.multiplyAdds(of: [[5, 8]]) == 4 * 5 * 64 + 2 * 15 * 8)
    #expect(causal.multiplyAdds(of: [[5, 8], [3, 8]]) == (10 + 6) * 64 + 2 * 12 * 8)
  }

  @Test("starts as PyTorch's does")
  func initialValues() throws {
    let graph = try Graph(Sequential(input: [3, 16]) { MultiHeadAttention(heads: 2) })
    let arena = FloatStorage(count: graph.layout.count)
    graph.initialize(arena.view, seed: 3)
    func largest(_ name: String) throws -> Float {
      let entry = try #require(graph.layout["multi_head_attention_1.\(name)"])
      return withExtendedLifetime(arena) {
        arena.view[entry.range].array.map(abs).max() ?? .nan
      }
    }
    #expect(try largest("in_proj_bias") == 0 && largest("out_proj.bias") == 0)
    // Uniform within ± sqrt(6 / (16 + 48)) and ± 1 / sqrt 16.
    #expect(try (0.3...0.30619).contains(largest("in_proj_weight")))
    #expect(try (0.24...0.25).contains(largest("out_proj.weight")))
  }
}
