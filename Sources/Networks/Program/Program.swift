internal import Operators
public import Tensors

/// A graph compiled for one batch size: a fixed list of prepared operations with their memory bound.
///
/// Nothing is checked, planned or allocated after the making: a step is a walk over the list. One
/// worker thread owns a program; programs of different batch sizes may share a workspace, since
/// a worker runs one at a time.
public final class Program {
  /// What a program is for.
  public enum Mode: Sendable, Equatable {
    /// Forward, loss and backward; gradients of the inputs only where asked for.
    case training(inputGradients: Bool)
    /// Forward and loss only.
    case inference
  }

  /// Samples in the batch.
  public let batch: Int
  /// The inputs to fill before a step, batch first.
  public let inputs: [FloatView]
  /// The target to fill before a step, batch first; of no elements where there is no loss.
  public let target: FloatView
  /// The network's output.
  public let output: FloatView
  /// The gradients of the inputs; nil where none was asked for.
  public let inputGradients: [FloatView?]

  private let graph: Graph
  private let loss: (any Loss)?
  private let operations: [any Operation]
  private let backwardNodes: [Int]
  /// For each of these, the arena's element before which gradients are complete after it.
  private let finishedEnds: [Int]
  private let additions: [[(from: ElementView, to: ElementView)]]
  private let outputGradient: FloatView?
  private let values: [ElementView]
  /// Views do not keep the memory that they look at.
  private let workspace: FloatStorage

  /// Binds a compiled program to its memory.
  ///
  /// - Parameters:
  ///   - compiled: the operations and the plan.
  ///   - workspace: at least `compiled.workspaceCount` floats; the program keeps it alive.
  ///   - parameters: the arena of parameters, which outlives the program.
  ///   - weights: the same arena in the precision of the program, brought up to date by the caller
  ///     whenever parameters change; nil, for float32, is the arena itself.
  public init(
    _ compiled: CompiledProgram, workspace: FloatStorage, parameters: FloatView,
    weights: ElementView? = nil
  ) {
    precondition(
      workspace.view.count >= compiled.workspaceCount,
      "a workspace of \(workspace.view.count) floats for a program of \(compiled.workspaceCount)")
    let weights = weights ?? ElementView(parameters)
    precondition(
      weights.type == compiled.precision && weights.count == parameters.count,
      "\(weights.count) weights in \(weights.type) for a program in \(compiled.precision)")
    let plan = compiled.plan
    let graph = compiled.graph
    let batch = compiled.batch
    func view(_ id: BufferPlanner.ID, _ count: Int) -> FloatView {
      workspace.view[plan.offsets[id]..<(plan.offsets[id] + count)]
    }
    // Room for a tensor of the shape and the type of a value.
    func room(_ buffer: BufferPlanner.ID, like value: GraphValue.ID) -> ElementView {
      let count = batch * graph.values[value].shape.count
      let type = compiled.valueTypes[value]
      return ElementView(view(buffer, type.floatCount(of: count)), count: count, type: type)
    }
    func gradient(_ id: GraphValue.ID) -> ElementView? {
      plan.gradientBuffers[id].map { room($0, like: id) }
    }
    let values = graph.values.indices.map { room(plan.valueBuffers[$0], like: $0) }
    let none = ElementView(workspace.view[0..<0])
    var additions: [[(from: ElementView, to: ElementView)]] = []
    for (index, node) in graph.nodes.enumerated() {
      let memory = compiled.operations[index].memory
      let nodePlan = plan.nodes[index]
      let inputGradients = zip(nodePlan.inputGradients, node.inputs).map { buffer, input in
        buffer.map { room($0, like: input) }
      }
      additions.append(
        zip(zip(nodePlan.addsTo, inputGradients), node.inputs).compactMap { pair, input in
          guard let sum = pair.0, let part = pair.1 else { return nil }
          return (from: part, to: room(sum, like: input))
        })
      let ranges = node.parameters.compactMap { graph.layout[$0.name]?.range }
      let statistics = node.statistics.compactMap { graph.layout[$0.name]?.range }
      let own = node.layer.computesInBFloat16 ? weights : ElementView(parameters)
      compiled.operations[index].bind(
        OperationBuffers(
          inputs: node.inputs.map { values[$0] }, output: values[node.output],
          inputGradients: inputGradients, outputGradient: gradient(node.output) ?? none,
          parameters: ranges.map { parameters[$0] }, weights: ranges.map { own[$0] },
          gradientRanges: ranges, statistics: statistics.map { parameters[$0] },
          statisticRanges: statistics,
          saved: view(nodePlan.saved, compiled.isTraining ? memory.savedCount : 0),
          scratch: view(plan.scratch, memory.scratchCount)))
    }
    self.batch = batch
    self.workspace = workspace
    self.graph = graph
    self.loss = compiled.loss
    self.operations = compiled.operations
    self.additions = additions
    self.values = values
    inputs = values.prefix(graph.inputCount).map(\.floats)
    inputGradients = (0..<graph.inputCount).map { gradient($0)?.floats }
    target = view(plan.target, compiled.targetCount)
    output = values[graph.output].floats
    outputGradient = gradient(graph.output)?.floats
    backwardNodes = graph.nodes.indices.reversed().filter {
      plan.gradientBuffers[graph.nodes[$0].output] != nil
    }
    finishedEnds = Self.finishedEnds(graph, backwardNodes)
  }

  /// How far gradients are complete after each node of a backward pass: up to the first parameter of
  /// those that still come, and all of the arena after the last.
  private static func finishedEnds(_ graph: Graph, _ nodes: [Int]) -> [Int] {
    let count = graph.layout.count
    var ends: [Int] = []
    var firstOfRest = count
    for node in nodes.reversed() {
      // The arena's end is told after the last node alone.
      ends.append(ends.isEmpty ? count : min(firstOfRest, count - 1))
      let offsets = graph.nodes[node].parameters.compactMap { graph.layout[$0.name]?.offset }
      firstOfRest = min(offsets.min() ?? count, firstOfRest)
    }
    return ends.reversed()
  }

  /// Computes the output from the inputs.
  public func forward(_ context: StepContext) {
    for operation in operations { operation.forward(context) }
  }

  /// Computes the output from the inputs, and shows the output of each node as soon as it is there:
  /// the next node may use its room.
  ///
  /// - Precondition: the program computes in float32.
  package func forward(_ context: StepContext, showing show: (GraphNode, FloatView) -> Void) {
    for (operation, node) in zip(operations, graph.nodes) {
      operation.forward(context)
      show(node, values[node.output].floats)
    }
  }

  /// Computes the sums that the loss and the metrics are made of, and, in a training program, the
  /// gradient of the summed loss with respect to the output.
  public func evaluateLoss() -> LossSums {
    guard let loss else { return LossSums() }
    return loss.evaluate(
      output: output, target: target, gradient: outputGradient, lastAxis: graph.outputShape[-1])
  }

  /// Computes the gradients of the summed loss with respect to all parameters.
  public func backward(_ context: StepContext) {
    backward(context) { _ in }
  }

  /// Computes the gradients of the summed loss with respect to all parameters, and tells how far it is.
  ///
  /// - Parameters:
  ///   - context: the step.
  ///   - finished: told after each operation the arena's element before which all gradients are
  ///     complete, and the parameters not used any more; the arena's end after the last, and only then.
  /// - Throws: what `finished` throws.
  public func backward<Failure: Error>(
    _ context: StepContext, finished: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    for (position, index) in backwardNodes.enumerated() {
      operations[index].backward(context)
      for addition in additions[index] { Elementwise.add(addition.from, to: addition.to) }
      try finished(finishedEnds[position])
    }
  }

  /// Runs forward once more, and finds the first tensor that holds a NaN or an infinity: inputs first, then
  /// parameters in order of execution, then outputs in order of execution.
  ///
  /// - Returns: the tensor's index, for ``Graph/tensorName(_:)``; nil where every number is finite.
  public func firstNonFiniteTensor(_ context: StepContext, parameters: FloatView) -> Int? {
    var index = 0
    for input in inputs {
      if !Elementwise.isFinite(input) { return index }
      index += 1
    }
    for (name, _) in graph.nodes.flatMap(\.parameters) {
      if let range = graph.layout[name]?.range, !Elementwise.isFinite(parameters[range]) {
        return index
      }
      index += 1
    }
    for (operation, node) in zip(operations, graph.nodes) {
      operation.forward(context)
      if !Elementwise.isFinite(values[node.output]) { return index }
      index += 1
    }
    return nil
  }
}
