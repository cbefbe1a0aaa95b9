import Configuration
import Operators
import Options
import Tensors
import Testing

@testable import Networks

/// Decodes models from YAML, as a run does.
@Suite("Options of composed networks")
struct NestedOptionsTests {
  /// The problems of a model, of reading it or of building its graph; none where all is well.
  private func problems(_ text: String) throws -> [String] {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse(text, name: "m.yaml")
    let model = ModelSpec(
      options: OptionReader(value, context: "model", diagnostics: diagnostics))
    do {
      try diagnostics.throwIfAny()
      _ = try Graph(model)
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test("are read with all their options")
  func everything() throws {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse(
      """
      inputs: {ids: [4], other: [3]}
      layers:
        - embedding: {vocabulary: 9, dimensions: 6, initializer: zeros, from: ids}
        - position_embedding: {length: 8, initializer: ones}
        - repeat:
            times: 2
            layers:
              - residual:
                  layers: [dense: {units: 6}, layer_norm: {epsilon: 1e-3}]
                  shortcut: [dense: {units: 6, name: s}]
                  activation: {leaky_relu: {slope: 0.5}}
        - flatten
        - dense: {units: 3, name: d}
        - multiply: {from: [previous, other]}
        - residual: {layers: [tanh], activation: softmax, shortcut: null}
        - concatenate: {from: [previous, d], name: all}
        - add: {from: [all, all]}
      """, name: "m.yaml")
    let model = ModelSpec(
      options: OptionReader(value, context: "model", diagnostics: diagnostics))
    try diagnostics.throwIfAny()
    let graph = try Graph(model)
    #expect(graph.outputShape == [6])
    let first = graph.nodes[0].parameters[0].spec
    #expect(first.shape == [9, 6] && first.initializer == .zeros)
    #expect(graph.nodes[1].parameters[0].spec.shape == [8, 6])
    #expect((graph.nodes[3].layer as? LayerNorm)?.epsilon == 1e-3)
    #expect(graph.nodes[4].name == "repeat_1.1.residual_1.shortcut.s")
    #expect((graph.nodes[6].layer as? ActivationLayer)?.activation.parameter == 0.5)
    #expect(graph.nodes.contains { $0.layer is Softmax && $0.name == "residual_1" })
  }

  @Test(
    "are refused where they are wrong, at the place where they stand",
    arguments: [
      ("- layer_norm: {epsilon: 0}", "`epsilon` of layer_norm is 0.0", "m.yaml:3:27"),
      ("- layer_norm: {eps: 1}", "unknown key `eps` in layer_norm", "did you mean `epsilon`?"),
      ("- embedding: {vocabulary: 5}", "embedding needs `dimensions`", "m.yaml:3"),
      (
        "- embedding: {vocabulary: 16777217, dimensions: 1}",
        "`vocabulary` of embedding is 16777217", "legal is 1 to 16777216"
      ),
      ("- position_embedding: {lenght: 3}", "unknown key `lenght`", "did you mean `length`?"),
      ("- repeat: {times: 0, layers: [tanh]}", "`times` of repeat is 0", "m.yaml:3:21"),
      ("- repeat: {times: 2}", "repeat needs `layers`", "m.yaml:3"),
      ("- repeat: {times: 2, layers: []}", "`layers` of repeat is empty", "m.yaml:3"),
      ("- residual: {layers: tanh}", "`layers` of residual takes a list", "m.yaml:3"),
      (
        "- residual: {layers: [tanh], shortcut: [dens: {units: 4}]}", "unknown layer `dens`",
        "did you mean `dense`?"
      ),
      (
        "- residual: {layers: [tanh], activation: rleu}", "`rleu` is no activation for residual",
        "did you mean `relu`?"
      ),
      ("- residual: {layer: [tanh]}", "unknown key `layer`", "did you mean `layers`?"),
      ("- add: {form: [input, input]}", "unknown key `form` in add", "did you mean `from`?"),
      ("- tanh: {name: previous}", "`previous` means the layer before", "m.yaml:3:18"),
      ("- concatinate", "unknown layer `concatinate`", "did you mean `concatenate`?"),
      (
        "- repeat: {times: 2, layers: [residual: {layers: [dense: {units: 3}]}]}",
        "repeat_1.1.residual_1: the layers give [3], but the input is [4]", "m.yaml:3:33"
      ),
      (
        "- repeat: {times: 2, layers: [tanh, dense: {units: 3, from: tahn_1}]}",
        "from `tahn_1`, which is no layer before it", "did you mean `tanh_1`?"
      ),
      (
        "- repeat: {times: 2, layers: [tanh, dense: {units: 3, from: tahn_1}]}",
        "from `tahn_1`, which is no layer before it", "m.yaml:3:39"
      ),
      (
        "- residual: {layers: [tanh: {name: a}, tanh: {name: a}]}",
        "two layers or inputs are named `a`", "m.yaml:3:42"
      ),
      (
        "- repeat: {times: 3, layers: [tanh: {name: a}, tanh: {from: input}]}",
        "nothing uses the output of `repeat_1.1.a`", "m.yaml:3:33"
      ),
    ])
  func wrong(layer: String, message: String, place: String) throws {
    let found = try problems("input: [4]\nlayers:\n  \(layer)")
    let first = try #require(found.first { $0.contains(message) }, "\(found)")
    #expect(first.contains(place), "\(first)")
  }

  @Test("name each idle layer of a repeat once")
  func idleOnce() throws {
    let found = try problems(
      "input: [4]\nlayers: [repeat: {times: 3, layers: [tanh: {name: a}, tanh: {from: input}]}]")
    #expect(found.count { $0.contains(".a`") } == 1)
  }

  @Test(
    "know what an input may be",
    arguments: [
      ("input: [4]\ninputs: {a: [3]}", "model has both `input` and `inputs`"),
      ("inputs: {}", "the model has no inputs"),
      ("inputs: {a.b: [3]}", "the name of an input may not be empty or contain `.` or `/`"),
      ("inputs: {previous: [3]}", "cannot be that of an input"),
      ("inputs: {a: [3], b: [0]}", "`b` of inputs takes whole numbers from 1"),
      ("inputs: {a: [3], b: []}", "the shape `b` has no axes"),
      ("inputs: {a: [3], b: null}", "the shape of `b` is not known"),
      ("inputs: {a: [3], b: [3]}", "nothing uses the output of `b`"),
      ("input: []", "the shape `input` has no axes"),
    ])
  func inputs(text: String, message: String) throws {
    let found = try problems("\(text)\nlayers: [dense: {units: 2}]")
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }
}
