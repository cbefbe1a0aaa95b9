internal import Operators
internal import Tensors

/// The buffers of one program: which exist, when they live, and where each node finds its own.
///
/// Time is counted in calls: node `i` of `n` runs forward at `i`, the loss at `n`, node `i`
/// backward at `2n - i`.
struct ProgramPlan {
  /// What is planned for one node.
  struct NodePlan {
    var saved: BufferPlanner.ID
    /// Where each input's gradient is written; nil where none is wanted.
    var inputGradients: [BufferPlanner.ID?]
    /// For each input, the gradient that a temporary one must be added to afterwards.
    var addsTo: [BufferPlanner.ID?]
  }

  /// The buffer of each value.
  private(set) var valueBuffers: [BufferPlanner.ID] = []
  /// The buffer of each value's gradient; nil where none is wanted.
  private(set) var gradientBuffers: [BufferPlanner.ID?] = []
  /// The nodes' plans.
  private(set) var nodes: [NodePlan] = []
  /// The room that operations share within a call.
  private(set) var scratch: BufferPlanner.ID = 0
  /// The target.
  private(set) var target: BufferPlanner.ID = 0
  /// Where every buffer lies.
  private(set) var offsets: [Int] = []
  /// Floats of the whole workspace.
  private(set) var workspaceCount = 0
  /// Floats that the backward pass reads of what the forward pass made or took in.
  private(set) var keptCount = 0

  private let graph: Graph
  private let batch: Int
  private let operations: [any Operation]
  private let valueTypes: [ElementType]
  private let isTraining: Bool
  private let consumers: [[Int]]
  private let producers: [Int?]
  private var planner = BufferPlanner()

  private var nodeCount: Int { graph.nodes.count }
  private var end: Int { 2 * nodeCount + 1 }
  private func backwardTime(_ node: Int) -> Int { 2 * nodeCount - node }

  init(
    graph: Graph, batch: Int, operations: [any Operation], valueTypes: [ElementType],
    isTraining: Bool, needsGradient: [Bool], targetCount: Int
  ) {
    self.graph = graph
    self.batch = batch
    self.operations = operations
    self.valueTypes = valueTypes
    self.isTraining = isTraining
    var consumers = [[Int]](repeating: [], count: graph.values.count)
    var producers = [Int?](repeating: nil, count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs where consumers[input].last != index {
        consumers[input].append(index)
      }
      producers[node.output] = index
    }
    self.consumers = consumers
    self.producers = producers
    planValues()
    target = planner.request(targetCount, from: 0, to: nodeCount)
    planGradients(needsGradient)
    planNodes()
    let scratchCount = operations.map(\.memory.scratchCount).max() ?? 0
    scratch = planner.request(scratchCount, from: 0, to: end)
    (offsets, workspaceCount) = planner.place()
    keptCount = countKept()
  }

  /// What must outlive the forward pass, by what the operations declare; memory that several values
  /// share is counted once, and operations that no gradient reaches keep nothing.
  private func countKept() -> Int {
    guard isTraining else { return 0 }
    var kept: [BufferPlanner.ID: Int] = [:]
    func keep(_ id: GraphValue.ID) {
      let root = planner.root(of: valueBuffers[id])
      kept[root] = max(kept[root] ?? 0, floatCount(id))
    }
    var saved = 0
    for (index, node) in graph.nodes.enumerated() where gradientBuffers[node.output] != nil {
      let memory = operations[index].memory
      saved += memory.savedCount
      if memory.backwardReadsInputs { node.inputs.forEach(keep) }
      if memory.backwardReadsOutput { keep(node.output) }
    }
    return kept.values.reduce(saved, +)
  }

  private mutating func planValues() {
    for id in graph.values.indices {
      let producer = producers[id]
      var last = producer ?? 0
      for consumer in consumers[id] {
        last = max(last, consumer)
        if isTraining, operations[consumer].memory.backwardReadsInputs {
          last = max(last, backwardTime(consumer))
        }
      }
      if isTraining, let producer, operations[producer].memory.backwardReadsOutput {
        last = max(last, backwardTime(producer))
      }
      if id == graph.output { last = max(last, isTraining ? nodeCount : end) }
      // A value that fusion left without a producer exists nowhere.
      let isAbsent = producer == nil && id >= graph.inputCount
      let buffer = planner.request(isAbsent ? 0 : floatCount(id), from: producer ?? 0, to: last)
      valueBuffers.append(buffer)
      if let producer, sharesInput(producer) {
        planner.alias(buffer, to: valueBuffers[graph.nodes[producer].inputs[0]])
      }
    }
  }

  /// Floats of room that a value takes.
  private func floatCount(_ id: GraphValue.ID) -> Int {
    valueTypes[id].floatCount(of: batch * graph.values[id].shape.count)
  }

  /// Whether a node's output may lie where its first input lies.
  private func sharesInput(_ index: Int) -> Bool {
    let memory = operations[index].memory
    if memory.isView { return true }
    let input = graph.nodes[index].inputs[0]
    guard memory.canForwardInPlace, consumers[input] == [index], let producer = producers[input],
      input != graph.output
    else { return false }
    // A view's output shares memory with its input, which others may still read.
    if operations[producer].memory.isView { return false }
    guard isTraining else { return true }
    return !memory.backwardReadsInputs && !operations[producer].memory.backwardReadsOutput
  }

  private mutating func planGradients(_ needsGradient: [Bool]) {
    gradientBuffers = graph.values.indices.map { id in
      guard isTraining, needsGradient[id] else { return nil }
      var first = id == graph.output ? nodeCount : end
      for consumer in consumers[id] { first = min(first, backwardTime(consumer)) }
      let last = producers[id].map(backwardTime) ?? end
      return planner.request(floatCount(id), from: first, to: last)
    }
  }

  private mutating func planNodes() {
    for (index, node) in graph.nodes.enumerated() {
      let memory = operations[index].memory
      let saved = planner.request(
        isTraining ? memory.savedCount : 0, from: index, to: backwardTime(index))
      var plan = NodePlan(saved: saved, inputGradients: [], addsTo: [])
      for (position, input) in node.inputs.enumerated() {
        guard let gradient = gradientBuffers[input], gradientBuffers[node.output] != nil else {
          plan.inputGradients.append(nil)
          plan.addsTo.append(nil)
          continue
        }
        let isFirstWriter =
          consumers[input].last == index && input != graph.output
          && node.inputs.firstIndex(of: input) == position
        if isFirstWriter {
          plan.inputGradients.append(gradient)
          plan.addsTo.append(nil)
          if position == 0, memory.canBackwardInPlace, let own = gradientBuffers[node.output] {
            planner.alias(gradient, to: own)
          }
        } else {
          let time = backwardTime(index)
          plan.inputGradients.append(planner.request(floatCount(input), from: time, to: time))
          plan.addsTo.append(gradient)
        }
      }
      nodes.append(plan)
    }
  }
}
