import Configuration
import Operators
import Options
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("A transformer block")
struct TransformerBlockTests {
  private func problems(_ text: String, input: String = "[4, 6]") throws -> [String] {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse("input: \(input)\nlayers:\n  - \(text)", name: "m.yaml")
    let model = ModelSpec(
      options: OptionReader(value, context: "model", diagnostics: diagnostics))
    do {
      try diagnostics.throwIfAny()
      _ = try Graph(model)
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test("has PyTorch's tensors, and dropouts only where asked for")
  func names() throws {
    let graph = try Graph(
      Sequential(input: [4, 6]) { TransformerBlock(heads: 2, feedForward: 10, norm: .post) })
    let shapes = graph.nodes.flatMap(\.parameters).map { "\($0.name) \($0.spec.shape)" }
    let prefix = "transformer_block_1"
    #expect(
      shapes == [
        "\(prefix).self_attn.in_proj_weight [18, 6]", "\(prefix).self_attn.in_proj_bias [18]",
        "\(prefix).self_attn.out_proj.weight [6, 6]", "\(prefix).self_attn.out_proj.bias [6]",
        "\(prefix).norm1.weight [6]", "\(prefix).norm1.bias [6]",
        "\(prefix).linear1.weight [10, 6]", "\(prefix).linear1.bias [10]",
        "\(prefix).linear2.weight [6, 10]", "\(prefix).linear2.bias [6]",
        "\(prefix).norm2.weight [6]", "\(prefix).norm2.bias [6]",
      ])
    #expect(!graph.nodes.contains { $0.layer is Dropout })
    let dropping = try Graph(
      Sequential(input: [4, 6]) { TransformerBlock(heads: 2, feedForward: 10, dropout: 0.1) })
    #expect(
      dropping.nodes.map { "\($0.name.dropFirst(prefix.count + 1)) \($0.layer.kind)" } == [
        "norm1 layer_norm", "self_attn multi_head_attention", "dropout1 dropout", "add1 add",
        "norm2 layer_norm", "linear1 dense", "dropout dropout", "linear2 dense",
        "dropout2 dropout", "add2 add",
      ])
    let attention = try #require(dropping.nodes[1].layer as? MultiHeadAttention)
    #expect(attention.dropout == 0.1 && dropping.nodes[6].inputs == [dropping.nodes[5].output])
  }

  @Test("is its layers written one by one", arguments: TransformerBlock.Norm.allCases)
  func composition(norm: TransformerBlock.Norm) throws {
    let block = Sequential(input: [5, 6]) {
      TransformerBlock(
        heads: 3, feedForward: 7, norm: norm, activation: .relu, causal: true, epsilon: 1e-3
      ).named("t")
    }
    let attention = MultiHeadAttention(heads: 3, causal: true)
    func normalization(_ number: Int) -> LayerEntry {
      LayerNorm(epsilon: 1e-3).named("norm\(number)")
    }
    let layers =
      norm == .pre
      ? Sequential(input: [5, 6]) {
        normalization(1)
        attention.named("self_attn")
        Add().named("sum").from("input", "self_attn")
        normalization(2)
        Dense(7, activation: .relu).named("linear1")
        Dense(6).named("linear2")
        Add().from("sum", "linear2")
      }
      : Sequential(input: [5, 6]) {
        attention.named("self_attn")
        Add().named("sum1").from("input", "self_attn")
        normalization(1)
        Dense(7, activation: .relu).named("linear1")
        Dense(6).named("linear2")
        Add().named("sum2").from("norm1", "linear2")
        normalization(2)
      }
    func bench(_ model: ModelSpec, prefix: String) throws -> [String: [Float]] {
      let bench = try Bench(
        model, loss: MeanSquaredError(), batch: 3, mode: .training(inputGradients: true))
      for entry in bench.graph.layout.entries {
        // By the tensor's own name, so that both start alike.
        let tag = UInt32(
          truncatingIfNeeded: NameHash.fnv1a(String(entry.name.dropFirst(prefix.count))))
        bench.fill(bench.parameters.view[entry.range], RandomStream(seed: 2, purpose: .noise), tag)
      }
      bench.fill(bench.program.inputs[0], RandomStream(seed: 3, purpose: .noise), 0)
      bench.program.target.fill(with: 0.5)
      let loss = bench.run().loss
      var gradients: [String: [Float]] = ["loss": [Float(loss)]]
      for entry in bench.graph.layout.entries {
        gradients[String(entry.name.dropFirst(prefix.count))] =
          bench.gradients.view[entry.range].array
      }
      gradients["input"] = withExtendedLifetime(bench) {
        bench.program.inputGradients[0]?.array
      }
      return gradients
    }
    let whole = try bench(block, prefix: "t.")
    let parts = try bench(layers, prefix: "")
    #expect(whole.keys.sorted() == parts.keys.sorted())
    for (name, gradient) in whole {
      expectClose(gradient, parts[name] ?? [], absolute: 1e-4, name)
    }
  }

  @Test("takes all its options")
  func options() throws {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse(
      """
      input: [4, 6]
      layers:
        - transformer_block: {heads: 2, feed_forward: 8, norm: post, activation: {elu: {alpha: 2}}, causal: true, dropout: 0.2, epsilon: 1e-3}
        - multi_head_attention: {heads: 3, bias: false, causal: true, dropout: 0.3, from: [previous, input]}
      """, name: "m.yaml")
    let model = ModelSpec(
      options: OptionReader(value, context: "model", diagnostics: diagnostics))
    try diagnostics.throwIfAny()
    let block = try #require(model.layers[0].layer as? TransformerBlock)
    #expect(block.attention.heads == 2 && block.attention.isCausal && block.attention.hasBias)
    #expect(block.attention.dropout == 0.2 && block.feedForward == 8 && block.norm == .post)
    #expect(block.normalization.epsilon == 1e-3)
    let attention = try #require(model.layers[1].layer as? MultiHeadAttention)
    #expect(attention.heads == 3 && attention.isCausal && !attention.hasBias)
    #expect(attention.dropout == 0.3)
    let graph = try Graph(model)
    #expect(graph.outputShape == [4, 6])
    let dense = try #require(
      graph.nodes.first { $0.name == "transformer_block_1.linear1" }?.layer as? Dense)
    #expect(dense.activation == Activation(.elu, parameter: 2))
    let defaults = TransformerBlock(heads: 1, feedForward: 1)
    let plain = try Graph(Sequential(input: [4, 6]) { defaults })
    #expect((plain.nodes[4].layer as? Dense)?.activation == .gelu)
    #expect(defaults.norm == .pre && defaults.attention.dropout == 0)
  }

  @Test(
    "and attention refuse what cannot be, and say where",
    arguments: [
      ("multi_head_attention", "multi_head_attention needs `heads`", "m.yaml:3"),
      ("multi_head_attention: {heads: 0}", "`heads` of multi_head_attention is 0", "m.yaml:3"),
      (
        "multi_head_attention: {heads: 4}", "`heads: 4` does not divide the 6 features of [4, 6]",
        "heads that do: 1, 2, 3, 6"
      ),
      (
        "multi_head_attention: {heads: 2, dropout: 1}", "`dropout` of multi_head_attention is 1",
        "at least 0 and below 1"
      ),
      ("multi_head_attention: {heads: 2, head: 2}", "unknown key `head`", "did you mean `heads`?"),
      (
        "multi_head_attention: {heads: 2, from: [input, input, input]}",
        "takes one input, or one for the queries and one for keys and values; found 3", "m.yaml:3"
      ),
      ("transformer_block: {heads: 2}", "transformer_block needs `feed_forward`", "m.yaml:3"),
      ("transformer_block: {feed_forward: 8}", "transformer_block needs `heads`", "m.yaml:3"),
      (
        "transformer_block: {heads: 5, feed_forward: 8}",
        "transformer_block_1: `heads: 5` does not divide the 6 features",
        "heads that do: 1, 2, 3, 6"
      ),
      (
        "transformer_block: {heads: 2, feed_forward: 8, norm: rms}", "`norm`", "pre"
      ),
      (
        "transformer_block: {heads: 2, feed_forward: 8, bias: false}", "unknown key `bias`",
        "m.yaml:3"
      ),
      (
        "transformer_block: {heads: 2, feed_forward: 8, activation: geluu}",
        "`geluu` is no activation for transformer_block", "did you mean `gelu`?"
      ),
      (
        "transformer_block: {heads: 2, feed_forward: 8, epsilon: 0}",
        "`epsilon` of transformer_block is 0", "m.yaml:3"
      ),
      (
        "transformer_block: {heads: 2, feed_forward: 8, from: [input, input]}",
        "transformer_block takes one input, found 2", "m.yaml:3"
      ),
    ])
  func refusals(text: String, message: String, detail: String) throws {
    let found = try problems(text)
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
    #expect(found.first?.contains(detail) == true, "\(found)")
  }

  @Test("and attention refuse shapes that do not fit")
  func shapes() throws {
    for layer in [
      "multi_head_attention: {heads: 1}", "transformer_block: {heads: 1, feed_forward: 2}",
    ] {
      let found = try problems(layer, input: "[6]")
      #expect(
        found.first?.contains("multi_head_attention takes a sequence [time, features], found [6]")
          == true, "\(found)")
    }
    func message(_ query: Shape, _ key: Shape) -> String {
      do {
        _ = try MultiHeadAttention(heads: 2).outputShape(of: [query, key])
        return "none"
      } catch { return "\(error.message) \(error.hint ?? "")" }
    }
    #expect(message([3, 4], [7, 4]) == "none")
    #expect(message([3, 4], [7, 6]).contains("as many features, found [3, 4] and [7, 6]"))
    #expect(message([3, 4], [7, 6]).contains("`dense: {units: 4}`"))
    #expect(message([3, 4], [7]).contains("takes a sequence [time, features], found [7]"))
  }
}
