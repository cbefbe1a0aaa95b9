internal import Operators

extension Graph {
  /// The same network in fewer passes over memory: a batch norm takes in the sum and the ReLU that
  /// follow it, which are the ends of a block in residual networks, and a convolution with a ReLU the
  /// maximum over windows that follows it.
  ///
  /// What is computed stays the same, and the names of tensors too.
  func fused() -> Graph {
    var fusion = GraphFusion(of: self)
    for index in nodes.indices {
      fusion.fuseBatchNorm(at: index)
      fusion.fusePooling(at: index)
    }
    return replacing(nodes: fusion.result)
  }
}

/// Finds nodes whose output goes into one other node alone, which can take them in.
private struct GraphFusion {
  private var nodes: [GraphNode?]
  private let output: GraphValue.ID
  private let consumers: [[Int]]

  init(of graph: Graph) {
    nodes = graph.nodes
    output = graph.output
    var consumers = [[Int]](repeating: [], count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { consumers[input].append(index) }
    }
    self.consumers = consumers
  }

  var result: [GraphNode] { nodes.compactMap { $0 } }

  /// Fuses the sum and the ReLU that follow a node, if that is a batch norm.
  mutating func fuseBatchNorm(at index: Int) {
    guard let node = nodes[index], let norm = node.layer as? BatchNorm, node.inputs.count == 1
    else { return }
    var inputs = node.inputs
    // The fused node runs where the last of its parts ran: all that it reads is there by then.
    var last = index
    if let next = soleConsumer(of: last), nodes[next]?.layer is Add, let sum = nodes[next],
      sum.inputs.count == 2, sum.inputs[0] != sum.inputs[1]
    {
      inputs.append(contentsOf: sum.inputs.filter { $0 != node.output })
      nodes[last] = nil
      last = next
    }
    var rectifies = false
    if let next = soleConsumer(of: last),
      (nodes[next]?.layer as? ActivationLayer)?.activation == .relu
    {
      nodes[last] = nil
      last = next
      rectifies = true
    }
    guard last != index, let end = nodes[last] else { return }
    nodes[last] = GraphNode(
      name: node.name, layer: norm.fusing(rectifier: rectifies), inputs: inputs,
      output: end.output, parameters: node.parameters, statistics: node.statistics)
  }

  /// Fuses the maximum over windows that follows a node, if that is a convolution with a ReLU.
  mutating func fusePooling(at index: Int) {
    guard let node = nodes[index], let convolution = node.layer as? Conv2D,
      convolution.options.activation == .relu, let next = soleConsumer(of: index),
      let end = nodes[next], let pool = end.layer as? MaxPool2D
    else { return }
    nodes[index] = nil
    nodes[next] = GraphNode(
      name: node.name, layer: PooledConvolution(convolution, pool), inputs: node.inputs,
      output: end.output, parameters: node.parameters, statistics: node.statistics)
  }

  /// The one node that reads a node's output; nil where there are others, or the outside sees it.
  private func soleConsumer(of index: Int) -> Int? {
    guard let value = nodes[index]?.output, value != output, consumers[value].count == 1 else {
      return nil
    }
    return consumers[value][0]
  }
}
