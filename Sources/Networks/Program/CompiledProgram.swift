public import Operators
internal import Tensors

/// A graph prepared for one batch size, before it has memory.
public struct CompiledProgram {
  /// The graph.
  public let graph: Graph
  /// Samples in the batch.
  public let batch: Int
  /// Floats of workspace that the program needs.
  public var workspaceCount: Int { plan.workspaceCount }

  let loss: (any Loss)?
  let operations: [any Operation]
  let plan: ProgramPlan
  let isTraining: Bool
  let targetCount: Int

  /// Prepares every operation and plans every buffer.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - loss: the loss; nil for a program that only predicts.
  ///   - batch: samples in the batch, at least 1.
  ///   - mode: what the program is for.
  ///   - stream: the stream of the thread that will run it.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  public init(
    graph: Graph, loss: (any Loss)?, batch: Int, mode: Program.Mode, stream: ComputeStream
  ) throws(OperatorError) {
    precondition(batch > 0, "a program for a batch of \(batch)")
    self.graph = graph
    self.loss = loss
    self.batch = batch
    let wantsInputGradients = mode == .training(inputGradients: true)
    isTraining = mode != .inference
    let needsGradient = Self.needsGradient(graph, inputs: wantsInputGradients)
    var operations: [any Operation] = []
    for node in graph.nodes {
      operations.append(
        try node.layer.makeOperation(
          at: OperationSite(
            name: node.name, inputShapes: graph.inputShapes(of: node),
            outputShape: graph.values[node.output].shape, batch: batch, isTraining: isTraining,
            needsInputGradient: node.inputs.map { needsGradient[$0] }, stream: stream)))
    }
    self.operations = operations
    targetCount = loss.map { batch * $0.targetShape(forOutput: graph.outputShape).count } ?? 0
    plan = ProgramPlan(
      graph: graph, batch: batch, operations: operations, isTraining: isTraining,
      needsGradient: needsGradient, targetCount: targetCount)
  }

  /// Which values lie behind a parameter, and so need a gradient.
  private static func needsGradient(_ graph: Graph, inputs: Bool) -> [Bool] {
    var needs = [Bool](repeating: inputs, count: graph.values.count)
    for node in graph.nodes {
      needs[node.output] = !node.parameters.isEmpty || node.inputs.contains { needs[$0] }
    }
    return needs
  }
}
