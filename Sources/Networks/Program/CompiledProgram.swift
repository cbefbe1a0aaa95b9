public import Operators
public import Tensors

/// A graph prepared for one batch size, before it has memory.
public struct CompiledProgram {
  /// The graph, fused.
  public let graph: Graph
  /// Samples in the batch.
  public let batch: Int
  /// What layers compute in where they can.
  public let precision: ElementType
  /// Floats of workspace that the program needs.
  public var workspaceCount: Int { plan.workspaceCount }

  /// The memory that the program takes beside its parameters.
  public var memory: ProgramMemory {
    ProgramMemory(
      keptForBackward: plan.keptCount * MemoryLayout<Float>.stride,
      workspace: plan.workspaceCount * MemoryLayout<Float>.stride)
  }

  let loss: (any Loss)?
  let operations: [any Operation]
  let plan: ProgramPlan
  let isTraining: Bool
  let targetCount: Int
  /// How each value's elements are stored.
  let valueTypes: [ElementType]

  /// Prepares every operation and plans every buffer.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - loss: the loss; nil for a program that only predicts.
  ///   - batch: samples in the batch, at least 1.
  ///   - mode: what the program is for.
  ///   - precision: what layers compute in where they can, float32 by default. Inputs, the output, the
  ///     loss, parameters and their gradients are float32 always.
  ///   - stream: the stream of the thread that will run it.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  public init(
    graph: Graph, loss: (any Loss)?, batch: Int, mode: Program.Mode,
    precision: ElementType = .float32, stream: ComputeStream
  ) throws(OperatorError) {
    precondition(batch > 0, "a program for a batch of \(batch)")
    let graph = graph.fused()
    self.graph = graph
    self.loss = loss
    self.batch = batch
    self.precision = precision
    let wantsInputGradients = mode == .training(inputGradients: true)
    let isTraining = mode != .inference
    self.isTraining = isTraining
    let needsGradient = Self.needsGradient(graph, inputs: wantsInputGradients)
    let sites = zip(graph.nodes, graph.idleBiases()).map { node, biasIsIdle in
      OperationSite(
        name: node.name, inputShapes: graph.inputShapes(of: node),
        outputShape: graph.values[node.output].shape, batch: batch, isTraining: isTraining,
        needsInputGradient: node.inputs.map { needsGradient[$0] }, biasIsIdle: biasIsIdle,
        precision: node.layer.computesInBFloat16 ? precision : .float32, stream: stream)
    }
    var operations: [any Operation] = []
    for (node, site) in zip(graph.nodes, sites) {
      operations.append(try node.layer.makeOperation(at: site))
    }
    let types = Self.valueTypes(graph, operations, precision)
    for (index, node) in graph.nodes.enumerated() where !operations[index].memory.isView {
      let site = sites[index]
      if (node.inputs + [node.output]).contains(where: { types[$0] != site.precision }) {
        operations[index] = ConvertingOperation(operations[index], at: site)
      }
    }
    valueTypes = types
    self.operations = operations
    targetCount = loss.map { batch * $0.targetShape(forOutput: graph.outputShape).count } ?? 0
    plan = ProgramPlan(
      graph: graph, batch: batch, operations: operations, valueTypes: types,
      isTraining: isTraining, needsGradient: needsGradient, targetCount: targetCount)
  }

  /// How each value is stored: float32 what the outside sees, and the views of it; all else in the
  /// program's precision.
  private static func valueTypes(
    _ graph: Graph, _ operations: [any Operation], _ precision: ElementType
  ) -> [ElementType] {
    var types = graph.values.indices.map { $0 < graph.inputCount ? .float32 : precision }
    types[graph.output] = .float32
    for (node, operation) in zip(graph.nodes, operations).reversed() where operation.memory.isView {
      if types[node.output] == .float32 { types[node.inputs[0]] = .float32 }
    }
    for (node, operation) in zip(graph.nodes, operations) where operation.memory.isView {
      types[node.output] = types[node.inputs[0]]
    }
    return types
  }

  /// Which values lie behind a parameter, and so need a gradient.
  private static func needsGradient(_ graph: Graph, inputs: Bool) -> [Bool] {
    var needs = graph.values.indices.map { inputs && $0 < graph.inputCount }
    for node in graph.nodes {
      needs[node.output] = !node.parameters.isEmpty || node.inputs.contains { needs[$0] }
    }
    return needs
  }
}
