internal import Operators
internal import Options

extension Activation {
  /// Reads the options of a named activation.
  ///
  /// - Precondition: the name is one of ``allNames``.
  init(name: String, options: OptionReader) {
    let kind = Kind(rawValue: name) ?? .linear
    switch kind {
    case .leakyReLU:
      self.init(kind, parameter: Float(options.nonNegativeNumber("slope", default: 0.01)))
    case .elu:
      self.init(kind, parameter: Float(options.positiveNumber("alpha", default: 1)))
    default:
      self.init(kind)
    }
  }
}

/// The `activation` of a layer that computes something else first.
enum OutputActivation: Sendable, Equatable {
  /// Applied element by element, fused with the layer's own work.
  case elementwise(Activation)
  /// Softmax over the last axis, a node after the layer's.
  case softmax

  /// The part that the layer applies itself.
  var fused: Activation {
    if case .elementwise(let activation) = self { return activation }
    return .linear
  }

  /// Reads the option: a name, or a name with its options; linear where it is absent or wrong.
  init(of options: OptionReader) {
    self = .elementwise(.linear)
    guard let value = options.value("activation"),
      let (name, mark, own) = OptionReader.named(
        value, what: "activation", diagnostics: options.diagnostics)
    else { return }
    if name == "softmax" {
      self = .softmax
    } else if Activation.allNames.contains(name) {
      self = .elementwise(Activation(name: name, options: own))
    } else {
      let names = Activation.allNames + ["softmax"]
      var hint = "known activations: \(names.joined(separator: ", "))"
      if name == "prelu" {
        hint = "`prelu` has weights: write it as a layer of its own, after this one"
      } else if let meant = Suggestion.nearest(to: name, among: names) {
        hint = "did you mean `\(meant)`? " + hint
      }
      options.diagnostics.report(
        "`\(name)` is no activation for \(options.context)", at: mark, hint: hint)
      return
    }
    own.finish()
  }

  /// Adds the node that follows the layer's own, if there is one.
  func append(
    to graph: inout GraphBuilder, named name: String, after value: GraphValue.ID
  ) throws(LayerError) -> GraphValue.ID {
    guard self == .softmax else { return value }
    return try graph.addNode(Softmax(), named: name, inputs: [value])
  }

  /// Adds the whole activation as a node, for a part that applies none of it itself.
  func appendAll(
    to graph: inout GraphBuilder, named name: String, after value: GraphValue.ID
  ) throws(LayerError) -> GraphValue.ID {
    if fused == .linear { return try append(to: &graph, named: name, after: value) }
    return try graph.addNode(ActivationLayer(fused), named: name, inputs: [value])
  }
}
