internal import Options
internal import Tensors

/// Turns lists of layers into nodes: counts names, resolves `from`, infers shapes.
public struct GraphBuilder {
  /// What a layer calls the one before it.
  static let previous = "previous"

  /// The values so far.
  public private(set) var values: [GraphValue] = []
  /// The nodes so far.
  public private(set) var nodes: [GraphNode] = []
  /// Where the layer that gives each value was written.
  private var marks: [SourceMark?] = []
  private var inputCount = 0
  /// The names of the lists around the one under way, which it does not see.
  private var namesAround: Set<String> = []

  init() {}

  /// Adds an input of the network; all of them come before the first node.
  mutating func addInput(named name: String, shape: Shape, mark: SourceMark?) {
    values.append(GraphValue(name: name, shape: shape))
    marks.append(mark)
    inputCount += 1
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
    marks.append(nil)
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
        name: name, layer: layer, inputs: inputs, output: values.count - 1, parameters: parameters,
        statistics: layer.statistics(of: shapes).map { (name: "\(name).\($0.name)", spec: $0) }))
    return values.count - 1
  }

  /// Adds a list of layers, each taking the one before unless it says otherwise.
  ///
  /// The layers see those before them in the same list and the inputs of the network.
  ///
  /// - Parameters:
  ///   - entries: the layers.
  ///   - prefix: what the names begin with, with its dot: `residual_1.layers.`.
  ///   - input: the value that the first layer takes.
  /// - Returns: the value of the last layer; the input where the list is empty.
  /// - Throws: ``LayerError`` with the place of the first layer that does not fit: those after it
  ///   have no shapes.
  public mutating func addList(
    _ entries: [LayerEntry], prefix: String, input: GraphValue.ID
  ) throws(LayerError) -> GraphValue.ID {
    let outside = namesAround
    defer { namesAround = outside }
    var counts: [String: Int] = [:]
    var scope: [String: GraphValue.ID] = [:]
    for index in 0..<inputCount { scope[values[index].name] = index }
    var previous = input
    for entry in entries {
      let local = entry.name ?? Self.count(entry.layer.kind, in: &counts)
      if local == Self.previous {
        throw Self.error("no layer can be named `\(local)`, the layer before", in: entry)
      }
      if scope[local] != nil {
        throw Self.error("two layers or inputs are named `\(local)`", in: entry)
      }
      let sources = try resolve(entry, in: scope, previous: previous, outside: outside)
      let first = values.count
      do throws(LayerError) {
        previous = try entry.layer.add(to: &self, named: prefix + local, inputs: sources)
      } catch {
        if error.placed != nil { throw error }
        throw Self.error("\(prefix)\(local): \(error.message)", in: entry, hint: error.hint)
      }
      for id in first..<values.count where marks[id] == nil { marks[id] = entry.mark }
      scope[local] = previous
      namesAround.insert(local)
    }
    return previous
  }

  /// Refuses a layer or an input that leads nowhere: nobody writes one on purpose.
  ///
  /// - Throws: `OptionsError` naming each of them, a place of which there are copies once.
  func checkThatAllIsUsed(output: GraphValue.ID) throws(OptionsError) {
    let used = Set(nodes.flatMap(\.inputs)).union([output])
    let diagnostics = Diagnostics()
    var reported: Set<String> = []
    for (id, value) in values.enumerated() where !used.contains(id) {
      if id >= inputCount, let mark = marks[id],
        !reported.insert("\(mark.source.name):\(mark.line):\(mark.column)").inserted
      {
        continue
      }
      diagnostics.report(
        "nothing uses the output of `\(value.name)`", at: marks[id],
        hint: "name it in another layer's `from`, or leave it out")
    }
    try diagnostics.throwIfAny()
  }

  private func resolve(
    _ entry: LayerEntry, in scope: [String: GraphValue.ID], previous: GraphValue.ID,
    outside: Set<String>
  ) throws(LayerError) -> [GraphValue.ID] {
    guard let names = entry.from else { return [previous] }
    var sources: [GraphValue.ID] = []
    for name in names {
      if name == Self.previous {
        sources.append(previous)
      } else if let source = scope[name] {
        sources.append(source)
      } else {
        throw Self.error(
          "\(entry.layer.kind) takes its input from `\(name)`, which is no layer before it",
          in: entry, hint: Self.hint(for: name, known: scope.keys.sorted(), outside: outside))
      }
    }
    return sources
  }

  private static func hint(for name: String, known: [String], outside: Set<String>) -> String {
    var hint = "known: \(([previous] + known).joined(separator: ", "))"
    if outside.contains(name) {
      hint =
        "`\(name)` stands outside of this list, which sees its own layers and the model's "
        + "inputs; " + hint
    } else if let meant = Suggestion.nearest(to: name, among: [previous] + known) {
      hint = "did you mean `\(meant)`? " + hint
    }
    return hint
  }

  private static func count(_ kind: String, in counts: inout [String: Int]) -> String {
    let number = counts[kind, default: 0] + 1
    counts[kind] = number
    return "\(kind)_\(number)"
  }

  private static func error(
    _ message: String, in entry: LayerEntry, hint: String? = nil
  ) -> LayerError {
    LayerError(message, at: entry.mark, hint: hint)
  }
}
