public import Options
public import Tensors

/// A tensor that flows through a graph; its shape is that of one sample.
public struct GraphValue: Sendable {
  /// The index of a value in its graph.
  public typealias ID = Int

  /// The name of the layer or the input that gives it.
  public let name: String
  /// The shape of one sample, without the batch.
  public let shape: Shape
}

/// One layer in a graph, with its wiring.
public struct GraphNode: Sendable {
  /// The full name: `repeat_1.2.dense_1`.
  public let name: String
  /// The layer.
  public let layer: any Layer
  /// The values it takes.
  public let inputs: [GraphValue.ID]
  /// The value it gives.
  public let output: GraphValue.ID
  /// Its parameters, with their full names and specifications.
  public let parameters: [(name: String, spec: ParameterSpec)]
  /// Its running statistics, with their full names and specifications.
  public let statistics: [(name: String, spec: StatisticSpec)]
}

/// A checked network: every shape known, every name resolved, every parameter placed in the arena.
public struct Graph: Sendable {
  /// All values; the inputs come first.
  public let values: [GraphValue]
  /// The nodes, in order of execution.
  public let nodes: [GraphNode]
  /// The number of inputs.
  public let inputCount: Int
  /// The value that the network gives.
  public let output: GraphValue.ID
  /// Where each parameter lies in the arena.
  public let layout: ArenaLayout

  /// The shape of one sample's output.
  public var outputShape: Shape { values[output].shape }

  /// The shapes of one sample of every input.
  public var inputShapes: [Shape] { values.prefix(inputCount).map(\.shape) }

  /// The shapes that a node takes.
  public func inputShapes(of node: GraphNode) -> [Shape] { node.inputs.map { values[$0].shape } }

  /// Checks a model and resolves it.
  ///
  /// - Parameters:
  ///   - model: the network as written.
  ///   - dataShape: the shape of one sample of the data, for a model that does not say its input.
  /// - Throws: `OptionsError` with every problem, each at the place where the layer was written.
  public init(_ model: ModelSpec, dataShape: Shape? = nil) throws(OptionsError) {
    var builder = GraphBuilder()
    try Self.addInputs(of: model, dataShape: dataShape, to: &builder)
    let output: GraphValue.ID
    do throws(LayerError) {
      output = try builder.addList(model.layers, prefix: "", input: 0)
    } catch {
      throw OptionsError(problems: [error.diagnostic])
    }
    try builder.checkThatAllIsUsed(output: output)
    values = builder.values
    nodes = builder.nodes
    inputCount = model.inputs.count
    self.output = output
    layout = ArenaLayout(
      executionOrder: builder.nodes.flatMap { node in
        node.parameters.map { ($0.name, $0.spec.shape) }
      },
      statistics: builder.nodes.flatMap { node in
        node.statistics.map { ($0.name, $0.spec.shape) }
      })
  }

  /// The same network with other nodes, which give the same output.
  func replacing(nodes: [GraphNode]) -> Graph {
    Graph(
      values: values, nodes: nodes, inputCount: inputCount, output: output, layout: layout)
  }

  private init(
    values: [GraphValue], nodes: [GraphNode], inputCount: Int, output: GraphValue.ID,
    layout: ArenaLayout
  ) {
    self.values = values
    self.nodes = nodes
    self.inputCount = inputCount
    self.output = output
    self.layout = layout
  }

  private static func addInputs(
    of model: ModelSpec, dataShape: Shape?, to builder: inout GraphBuilder
  ) throws(OptionsError) {
    let diagnostics = Diagnostics()
    if model.inputs.isEmpty {
      diagnostics.report(
        "the model has no inputs", at: model.mark, hint: "write `inputs: {name: [features]}`")
    }
    let isSingle = model.inputs.count == 1
    var names: Set<String> = []
    for input in model.inputs {
      if !names.insert(input.name).inserted {
        diagnostics.report("two inputs are named `\(input.name)`", at: model.mark)
      }
      guard let shape = input.shape ?? (isSingle ? dataShape : nil) else {
        diagnostics.report(
          "the shape of `\(input.name)` is not known", at: model.mark,
          hint: isSingle
            ? "write `input: [features]` in the model"
            : "write `\(input.name): [features]` in the model's `inputs`")
        continue
      }
      if isSingle, let dataShape, shape.count != dataShape.count {
        diagnostics.report(
          "the model's input is \(shape), but the data's samples are \(dataShape)",
          at: model.mark)
      }
      builder.addInput(named: input.name, shape: shape, mark: model.mark)
    }
    try diagnostics.throwIfAny()
  }

  /// Writes the initial parameters and statistics: a function of the seed and the tensors' names alone.
  ///
  /// - Parameters:
  ///   - parameters: the arena to write.
  ///   - seed: the run's seed.
  public func initialize(_ parameters: FloatView, seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: .initialization)
    for node in nodes {
      for (name, spec) in node.parameters {
        guard let entry = layout[name] else { continue }
        spec.initializer.fill(
          parameters[entry.range], fanIn: spec.fanIn, fanOut: spec.fanOut, name: name,
          stream: stream)
      }
      for (name, spec) in node.statistics {
        if let entry = layout[name] { parameters[entry.range].fill(with: spec.start) }
      }
    }
  }

  /// The name of a tensor that ``Program/firstNonFiniteTensor(_:parameters:)`` found.
  public func tensorName(_ index: Int) -> String {
    let nodes = fused().nodes
    let parameters = nodes.flatMap { $0.parameters.map(\.name) }
    if index < inputCount { return "the data (\(values[index].name))" }
    if index < inputCount + parameters.count { return parameters[index - inputCount] }
    return "the output of \(nodes[index - inputCount - parameters.count].name)"
  }
}
