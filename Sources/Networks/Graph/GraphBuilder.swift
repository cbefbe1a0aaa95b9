public import Options
internal import Tensors

/// Turns lists of layers into nodes: counts names, resolves `from`, infers shapes.
public struct GraphBuilder {
  /// The values so far.
  public private(set) var values: [GraphValue] = []
  /// The nodes so far.
  public private(set) var nodes: [GraphNode] = []

  init() {}

  /// Adds an input of the network.
  @discardableResult
  mutating func addInput(named name: String, shape: Shape) -> GraphValue.ID {
    values.append(GraphValue(name: name, shape: shape))
    return values.count - 1
  }

  /// Adds one layer as one node.
  ///
  /// - Throws: ``LayerError`` where the layer cannot take such inputs.
  public mutating func addNode(
    _ layer: any Layer, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    let shapes = inputs.map { values[$0].shape }
    let shape = try layer.outputShape(of: shapes)
    values.append(GraphValue(name: name, shape: shape))
    let parameters = layer.parameters(of: shapes).map { (name: "\(name).\($0.name)", spec: $0) }
    for (parameter, spec) in parameters {
      guard case .values(let given) = spec.initializer, given.count != spec.shape.count else {
        continue
      }
      throw LayerError(
        "\(given.count) initial values for \(parameter) \(spec.shape) of \(spec.shape.count)")
    }
    nodes.append(
      GraphNode(
        name: name, layer: layer, inputs: inputs, output: values.count - 1, parameters: parameters))
    return values.count - 1
  }

  /// Adds a list of layers, each taking the one before unless it says otherwise.
  ///
  /// - Parameters:
  ///   - entries: the layers.
  ///   - prefix: what the names begin with, with its dot: `residual_1.layers.`.
  ///   - input: the value that the first layer takes.
  /// - Returns: the value of the last layer.
  /// - Throws: `OptionsError` at the first layer that does not fit: those after it have no shapes.
  public mutating func addList(
    _ entries: [LayerEntry], prefix: String, input: GraphValue.ID
  ) throws(OptionsError) -> GraphValue.ID {
    var counts: [String: Int] = [:]
    var scope: [String: GraphValue.ID] = [:]
    for (index, value) in values.enumerated() where index < inputsBeforeNodes {
      scope[value.name] = index
    }
    var previous = input
    for entry in entries {
      let local = entry.name ?? Self.count(entry.layer.kind, in: &counts)
      if scope[local] != nil {
        throw Self.error("two layers or inputs are named `\(local)`", in: entry)
      }
      let sources = try resolve(entry, in: scope, previous: previous)
      do throws(LayerError) {
        previous = try entry.layer.add(to: &self, named: prefix + local, inputs: sources)
      } catch {
        throw Self.error("\(prefix)\(local): \(error.message)", in: entry, hint: error.hint)
      }
      scope[local] = previous
    }
    return previous
  }

  /// Refuses a layer or an input that leads nowhere: nobody writes one on purpose.
  ///
  /// - Throws: `OptionsError` naming each of them.
  func checkThatAllIsUsed(output: GraphValue.ID, model: ModelSpec) throws(OptionsError) {
    let used = Set(nodes.flatMap(\.inputs)).union([output])
    let diagnostics = Diagnostics()
    for (id, value) in values.enumerated() where !used.contains(id) {
      let entry = model.layers.first { $0.name == value.name }
      diagnostics.report(
        "nothing uses the output of `\(value.name)`", at: entry?.mark ?? model.mark,
        hint: "name it in another layer's `from`, or leave it out")
    }
    try diagnostics.throwIfAny()
  }

  private var inputsBeforeNodes: Int { nodes.first.map { $0.output } ?? values.count }

  private func resolve(
    _ entry: LayerEntry, in scope: [String: GraphValue.ID], previous: GraphValue.ID
  ) throws(OptionsError) -> [GraphValue.ID] {
    guard let names = entry.from else { return [previous] }
    var sources: [GraphValue.ID] = []
    for name in names {
      if name == "previous" {
        sources.append(previous)
      } else if let source = scope[name] {
        sources.append(source)
      } else {
        let known = scope.keys.sorted()
        let meant =
          Suggestion.nearest(to: name, among: known).map { "did you mean `\($0)`? " } ?? ""
        throw Self.error(
          "\(entry.layer.kind) takes its input from `\(name)`, which is no layer before it",
          in: entry, hint: meant + "known: previous, \(known.joined(separator: ", "))")
      }
    }
    return sources
  }

  private static func count(_ kind: String, in counts: inout [String: Int]) -> String {
    let number = counts[kind, default: 0] + 1
    counts[kind] = number
    return "\(kind)_\(number)"
  }

  private static func error(
    _ message: String, in entry: LayerEntry, hint: String? = nil
  ) -> OptionsError {
    OptionsError(problems: [Diagnostic(message, at: entry.mark, hint: hint)])
  }
}
