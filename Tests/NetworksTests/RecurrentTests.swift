import Configuration
import Operators
import Options
import Tensors
import TestSupport
import Testing

@testable import Networks

/// A recurrent layer on a batch of sequences.
struct RecurrentCase: Sendable, CustomTestStringConvertible {
  struct Sizes: Sendable {
    var time: Int
    var batch: Int
    var features: Int
    var units: Int
    var bias = true
  }

  var kind: String
  var layers: Int
  var bidirectional: Bool
  var returnSequences: Bool
  var sizes: Sizes

  var testDescription: String {
    "\(layers) \(bidirectional ? "bidirectional " : "")\(kind) "
      + "\(returnSequences ? "sequences" : "last"), \(sizes)"
  }

  var model: ModelSpec {
    let entry: any ModelPart =
      switch kind {
      case "rnn":
        RNN(
          sizes.units, layers: layers, bidirectional: bidirectional,
          returnSequences: returnSequences, bias: sizes.bias)
      case "lstm":
        LSTM(
          sizes.units, layers: layers, bidirectional: bidirectional,
          returnSequences: returnSequences, bias: sizes.bias)
      default:
        GRU(
          sizes.units, layers: layers, bidirectional: bidirectional,
          returnSequences: returnSequences, bias: sizes.bias)
      }
    return Sequential(input: [sizes.time, sizes.features]) { entry }
  }

  private static let sizes = [
    Sizes(time: 1, batch: 1, features: 1, units: 1),
    Sizes(time: 1, batch: 3, features: 2, units: 5, bias: false),
    Sizes(time: 5, batch: 1, features: 3, units: 6),
    Sizes(time: 3, batch: 2, features: 4, units: 17),
    Sizes(time: 6, batch: 3, features: 5, units: 4, bias: false),
    Sizes(time: 2, batch: 5, features: 7, units: 16),
  ]

  static let all =
    ["rnn", "lstm", "gru"].flatMap { kind in
      (0..<8).flatMap { bits in
        sizes.map {
          RecurrentCase(
            kind: kind, layers: 1 + (bits & 1), bidirectional: bits & 2 != 0,
            returnSequences: bits & 4 != 0, sizes: $0)
        }
      }
    }
    + ["rnn", "lstm", "gru"].map {
      RecurrentCase(
        kind: $0, layers: 3, bidirectional: true, returnSequences: true,
        sizes: Sizes(time: 4, batch: 2, features: 3, units: 3))
    }
}

@Suite("Recurrent layers")
struct RecurrentTests {
  @Test(
    "give the states and all gradients that double precision gives", arguments: RecurrentCase.all)
  func reference(example: RecurrentCase) throws {
    let bench = try Bench(
      example.model, loss: MeanSquaredError(), batch: example.sizes.batch,
      mode: .training(inputGradients: true))
    defer { withExtendedLifetime(bench) {} }
    let stream = RandomStream(seed: 3, purpose: .noise)
    bench.fill(bench.parameters.view, stream, 7)
    // Saturated states would drown the gradients in rounding: 1 - h^2 cancels.
    for index in 0..<bench.parameters.view.count { bench.parameters.view[index] *= 0.5 }
    bench.fill(bench.program.inputs[0], stream, 8)
    bench.fill(bench.program.target, stream, 9)
    let (input, target) = (bench.program.inputs[0].array, bench.program.target.array)
    let layer = try #require(bench.graph.nodes[0].layer as? any RecurrentLayer)
    let prefix = "\(example.kind)_1."
    var parameters: [String: [Float]] = [:]
    for entry in bench.graph.layout.entries {
      parameters[String(entry.name.dropFirst(prefix.count))] =
        bench.parameters.view[entry.range].array
    }
    let expected = RecurrentReference(
      kind: example.kind, recurrence: layer.recurrence, time: example.sizes.time,
      features: example.sizes.features, parameters: parameters, input: input, target: target)

    let prediction = try Bench(
      example.model, loss: MeanSquaredError(), batch: example.sizes.batch, mode: .inference)
    prediction.parameters.view.copy(from: bench.parameters.view)
    prediction.program.inputs[0].copy(from: input)
    prediction.program.target.copy(from: target)
    let loss = prediction.run().loss
    check(prediction.output, expected.output, "output")

    // The second run must not build on the first.
    for _ in 0..<2 {
      bench.gradients.view.fill(with: .nan)
      bench.program.inputs[0].copy(from: input)
      bench.program.target.copy(from: target)
      #expect(bench.run().loss == loss)
      check(bench.program.inputGradients[0]?.array ?? [], expected.inputGradient, "input")
      for entry in bench.graph.layout.entries {
        let name = String(entry.name.dropFirst(prefix.count))
        check(
          bench.gradients.view[entry.range].array, try #require(expected.gradients[name]), name)
      }
    }
  }

  /// Float32 rounds each of up to hundreds of sums and products on the way to an element.
  private func check(
    _ actual: [Float], _ expected: [Double], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      actual, expected.map(Float.init), relative: 1e-5, absolute: 4e-6, what,
      sourceLocation: sourceLocation)
  }

  /// The states of a one-unit layer whose weights and biases are given, in the order of tensors.
  private func states(_ layer: any ModelPart, _ tensors: [[Float]], _ input: [Float]) throws
    -> [Float]
  {
    let bench = try Bench(
      Sequential(input: [input.count, 1]) { layer }, loss: MeanSquaredError(), batch: 1,
      mode: .inference)
    for (parameter, values) in zip(bench.graph.nodes[0].parameters, tensors) {
      bench.parameters.view[try #require(bench.graph.layout[parameter.name]).range].copy(
        from: values)
    }
    bench.program.inputs[0].copy(from: input)
    bench.run()
    return bench.output
  }

  @Test("a plain cell is what one computes by hand")
  func rnnByHand() throws {
    // tanh(0.5493061) = 0.5; then the state before comes with weight -1: 0.75541281 - 0.5.
    let found = try states(RNN(1), [[2], [-1], [0.1], [-0.1]], [0.27465307, 0.37770641])
    expectClose(found, [0.5, 0.25])
  }

  @Test("a cell of long short-term memory is what one computes by hand")
  func lstmByHand() throws {
    // Biases alone: i = 1, f = 1/2, g = 1, o = 3/4 make the cells 1 and 1.5.
    let found = try states(
      LSTM(1), [[0, 0, 0, 0], [0, 0, 0, 0], [50, -1, 30, 1], [50, 1, 20, 0.09861229]], [7, -7])
    expectClose(found, [0.75 * 0.76159416, 0.75 * 0.90514825])
  }

  @Test("a gated unit resets the product with the state, its bias included")
  func gruByHand() throws {
    // r = 1/4, z = 1/2 and n = tanh(0.2 + r 1.3972246) = 1/2.
    let found = try states(
      GRU(1), [[0, 0, 0], [0, 0, 0], [-1, 1, 0.2], [-0.09861229, -1, 1.3972246]], [7, -7])
    expectClose(found, [0.25, 0.375])
  }

  @Test("have PyTorch's tensors and start within ±1 / sqrt(units)")
  func tensors() throws {
    let graph = try Graph(
      Sequential(input: [6, 5]) { GRU(4, layers: 2, bidirectional: true, returnSequences: false) })
    let suffixes = ["l0", "l0_reverse", "l1", "l1_reverse"]
    let names = suffixes.flatMap { suffix in
      ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { "gru_1.\($0)_\(suffix)" }
    }
    let parameters = graph.nodes[0].parameters
    #expect(parameters.map(\.name) == names)
    #expect(
      parameters.map(\.spec.shape) == [
        [12, 5], [12, 4], [12], [12], [12, 5], [12, 4], [12], [12],
        [12, 8], [12, 4], [12], [12], [12, 8], [12, 4], [12], [12],
      ])
    #expect(graph.outputShape == [8])
    // Each of 6 steps: 2 directions of 12 gates over 5 + 4, then 8 + 4 values.
    #expect(graph.nodes[0].layer.multiplyAdds(of: [[6, 5]]) == 6 * 2 * 12 * (9 + 12))
    let storage = FloatStorage(count: graph.layout.count)
    storage.view.fill(with: .nan)
    graph.initialize(storage.view, seed: 1)
    for entry in graph.layout.entries {
      let values = storage.view[entry.range].array
      #expect(values.allSatisfy { abs($0) <= 0.5 })
      if entry.name.contains("weight") {
        #expect((values.max() ?? 0) > 0.4 && (values.min() ?? 0) < -0.4, "\(entry.name)")
      }
    }
  }

  /// The problems of a model of one layer, of reading it or of building its graph.
  private func problems(_ layer: String, input: String = "[6, 5]") throws -> [String] {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse("input: \(input)\nlayers:\n  - \(layer)", name: "m.yaml")
    let model = ModelSpec(
      options: OptionReader(value, context: "model", diagnostics: diagnostics))
    do {
      try diagnostics.throwIfAny()
      _ = try Graph(model)
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test("are read with all their options")
  func options() throws {
    let value = try YAMLParser.parse(
      """
      input: [6, 5]
      layers:
        - gru: {units: 3, initializer: xavier_uniform, bias_initializer: zeros}
        - lstm: {units: 4, layers: 2, bidirectional: true, bias: false}
        - rnn: {units: 2, return_sequences: false}
      """, name: "m.yaml")
    let diagnostics = Diagnostics()
    let model = ModelSpec(
      options: OptionReader(value, context: "model", diagnostics: diagnostics))
    try diagnostics.throwIfAny()
    let graph = try Graph(model)
    let shapes: [Shape] = [[6, 3], [6, 8], [2]]
    #expect(graph.nodes.map { graph.values[$0.output].shape } == shapes)
    let specs = graph.nodes[0].parameters.map(\.spec)
    #expect(specs.map(\.initializer) == [.xavierUniform, .xavierUniform, .zeros, .zeros])
    #expect(specs[0].fanIn == 5 && specs[1].fanIn == 3 && specs[0].fanOut == 9)
    #expect(graph.nodes[1].parameters.count == 8)
  }

  @Test(
    "are refused where they are wrong, at the place where they stand",
    arguments: [
      ("rnn", "rnn needs `units`", "m.yaml:3"),
      ("lstm: {units: 0}", "`units` of lstm is 0", "m.yaml:3:19"),
      ("gru: {units: 4, layers: 0}", "`layers` of gru is 0", "legal is 1 to 1024"),
      ("gru: {units: 4, layer: 2}", "unknown key `layer` in gru", "did you mean `layers`?"),
      ("lstm: {units: 4, bidirectional: 2}", "`bidirectional` of lstm", "m.yaml:3"),
      ("lstm: {units: 4, activation: relu}", "unknown key `activation` in lstm", "m.yaml:3"),
      ("lstn: {units: 4}", "unknown layer `lstn`", "did you mean `lstm`?"),
      (
        "rnn: {units: 2, bias_initializer: {values: [1, 2, 3]}}",
        "3 initial values for rnn_1.bias_ih_l0 [2] of 2", "m.yaml:3"
      ),
      (
        "gru: {units: 2, from: [input, input]}", "gru_1: gru takes one input, found 2", "m.yaml:3"
      ),
    ])
  func wrong(layer: String, message: String, place: String) throws {
    let found = try problems(layer)
    let first = try #require(found.first { $0.contains(message) }, "\(found)")
    #expect(first.contains(place), "\(first)")
  }

  @Test("take sequences only")
  func ranks() throws {
    let flat = try #require(problems("lstm: {units: 4}", input: "[64]").first)
    #expect(flat.contains("lstm_1: lstm takes a sequence [time, features], found [64]"))
    #expect(flat.contains("`reshape: {shape: [-1, 1]}` makes a sequence of one feature a step"))
    let image = try #require(problems("rnn: {units: 4}", input: "[8, 8, 3]").first)
    #expect(image.contains("rnn takes a sequence [time, features], found [8, 8, 3]"))
    #expect(!image.contains("hint"))
  }
}
