import Configuration
import Operators
import Options
import Tensors
import Testing

@testable import Networks

@Suite("A model in a configuration")
struct DecodingTests {
  /// Reads a model, and what is wrong with it.
  private func decode(_ text: String) throws -> (model: ModelSpec, problems: [Diagnostic]) {
    let diagnostics = Diagnostics()
    let tree = try YAMLParser.parse(text, name: "model.yaml")
    let model = ModelSpec(
      options: OptionReader(tree, context: "the model", diagnostics: diagnostics))
    return (model, diagnostics.problems)
  }

  @Test("is read with all options, names and wiring")
  func everything() throws {
    let (model, problems) = try decode(
      """
      inputs: {image: [4, 4], other: [3]}
      layers:
        - flatten: {from: image}
        - dense: {units: 8, activation: {leaky_relu: {slope: 0.2}}, bias: false, name: a}
        - dense: {units: 8, from: other, name: b, initializer: he_normal, activation: gelu}
        - reshape: {shape: [2, -1], from: b}
        - flatten
        - dropout
        - prelu: {per_channel: true, initial: 0.1}
        - softmax
        - elu: {alpha: 2}
        - tanh
      """)
    #expect(problems.isEmpty, "\(problems)")
    #expect(model.inputs.map(\.name) == ["image", "other"])
    #expect(model.inputs.map(\.shape) == [[4, 4], [3]])
    #expect(
      model.layers.map(\.layer.kind) == [
        "flatten", "dense", "dense", "reshape", "flatten", "dropout", "prelu", "softmax", "elu",
        "tanh",
      ])
    #expect(model.layers.map(\.name) == [nil, "a", "b"] + Array(repeating: nil, count: 7))
    #expect(model.layers[2].from == ["other"])
    #expect(model.layers[1].mark?.line == 4)
    let first = try #require(model.layers[1].layer as? Dense)
    #expect(first.activation == Activation(.leakyReLU, parameter: 0.2))
    #expect(!first.hasBias && first.units == 8)
    let second = try #require(model.layers[2].layer as? Dense)
    #expect(second.initializer == .heNormal && second.biasInitializer == .zeros)
    #expect((model.layers[5].layer as? Dropout)?.rate == 0.5)
  }

  @Test("reports a layer named `previous` once")
  func previousOnce() throws {
    #expect(try decode("layers: [{dense: {units: 1, name: previous}}]").problems.count == 1)
  }

  @Test("takes a slope for each channel under either name")
  func prelu() throws {
    for (options, isPerChannel) in [
      ("", false), (": {per_channel: true}", true), (": {shared: false}", true),
      (": {shared: true}", false),
    ] {
      let (model, problems) = try decode("layers: [{prelu\(options.isEmpty ? ": {}" : options)}]")
      #expect(problems.isEmpty)
      #expect((model.layers.first?.layer as? PReLU)?.isPerChannel == isPerChannel)
    }
    let both = try decode("layers: [{prelu: {shared: false, per_channel: true}}]").problems
    #expect(both.first?.message.contains("both `shared` and `per_channel`") == true)
  }

  @Test(
    "reports what cannot be, where it is and what was meant",
    arguments: [
      ("layers: [{dens: {units: 3}}]", "unknown layer `dens`", "did you mean `dense`?"),
      ("layers: [{dense: {unit: 3, units: 2}}]", "unit", "units"),
      ("layers: [{dense: {units: 0}}]", "`units` of dense is 0", "legal is"),
      ("layers: [{dense: {units: 4611686018427387904}}]", "`units` of dense is", "legal is"),
      ("layers: [dense]", "dense needs `units`", ""),
      ("layers: []", "is empty", ""),
      ("input: [3]", "needs `layers`", ""),
      ("layers: 3", "takes a list of layers", ""),
      ("layers: [{dropout: {rate: 1}}]", "`rate` of dropout is 1", "below 1"),
      ("layers: [{dense: {units: 1, name: previous}}]", "`previous` means the layer before", ""),
      ("layers: [{dense: {units: 1, name: a.b}}]", "may not be empty or contain", ""),
      (
        "layers: [{dense: {units: 1, activation: rleu}}]", "`rleu` is no activation for dense",
        "did you mean `relu`?"
      ),
      (
        "layers: [{dense: {units: 1, activation: prelu}}]", "`prelu` is no activation",
        "a layer of its own"
      ),
      (
        "layers: [{dense: {units: 1, initializer: he_norml}}]", "unknown initializer `he_norml`",
        "did you mean `he_normal`?"
      ),
      (
        "layers: [{dense: {units: 1, initializer: {uniform: {low: -.inf}}}}]", "`low` of uniform",
        ""
      ),
      (
        "layers: [{dense: {units: 1, initializer: {values: [1, x]}}}]", "takes a list of numbers",
        "[2, 3, -1]"
      ),
      (
        "layers: [{dense: {units: 1, initializer: {values: [1], foo: 2}}}]",
        "expected the name of a initializer", ""
      ),
    ])
  func problems(text: String, message: String, hint: String) throws {
    let (_, problems) = try decode(text)
    let problem = try #require(problems.first)
    #expect(problem.description.contains(message), "\(problem)")
    #expect(problem.description.contains(hint), "\(problem)")
    #expect(problem.mark?.line == 1)
  }

  @Test("has all its problems reported at once, each at its own place")
  func allAtOnce() throws {
    let (_, problems) = try decode(
      """
      layers:
        - dense: {units: -1}
        - nothing
        - dense:
            units: 3
            activation:
              leaky_relu: {slop: 1}
      """)
    #expect(problems.map { $0.mark?.line } == [2, 3, 7])
  }

  @Test("starts with the values it gives")
  func values() throws {
    let (model, problems) = try decode(
      "layers: [{dense: {units: 1, initializer: {values: [2, 3, -1]}, bias_initializer: ones}}]")
    #expect(problems.isEmpty)
    let graph = try Graph(model, dataShape: [3])
    let storage = FloatStorage(count: graph.layout.count)
    try withExtendedLifetime(storage) {
      graph.initialize(storage.view, seed: 1)
      let weight = try #require(graph.layout["dense_1.weight"])
      #expect(storage.view[weight.range].array == [2, 3, -1])
      let bias = try #require(graph.layout["dense_1.bias"])
      #expect(storage.view[bias.range].array == [1])
    }
    let error = #expect(throws: OptionsError.self) { try Graph(model, dataShape: [4]) }
    #expect(
      error?.description.contains("3 initial values for dense_1.weight [1, 4] of 4") == true)
  }

  @Test("knows its own layers and activations, each under one name")
  func registry() {
    let kinds = LayerRegistry.kinds
    #expect(Set(kinds).count == kinds.count)
    for kind in ["dense", "flatten", "reshape", "dropout", "prelu", "softmax", "relu", "gelu_tanh"]
    {
      #expect(kinds.contains(kind))
    }
  }

  @Test("has uniform numbers within their bounds, whatever the other bound is")
  func uniform() throws {
    for (text, bounds) in [
      ("{uniform: {high: -1}}", -1...(-1)), ("{uniform: {low: 2, high: 3}}", 2...3),
      ("uniform", -0.05...0.05),
    ] as [(String, ClosedRange<Float>)] {
      let (model, problems) = try decode("layers: [{dense: {units: 9, initializer: \(text)}}]")
      #expect(problems.isEmpty)
      let graph = try Graph(model, dataShape: [30])
      let storage = FloatStorage(count: graph.layout.count)
      try withExtendedLifetime(storage) {
        graph.initialize(storage.view, seed: 1)
        let weight = try #require(graph.layout["dense_1.weight"])
        #expect(storage.view[weight.range].array.allSatisfy(bounds.contains))
      }
    }
  }
}
