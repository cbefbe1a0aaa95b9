internal import Networks
internal import Operators
internal import Tensors

/// A layer, or the loss, whose backward pass is wrong even where it runs alone.
struct IsolatedFault {
  /// The full name of the layer; nil for the loss.
  let layer: String?
  /// The kind of layer or loss.
  let kind: String
  /// The wrong gradients; inputs are called `input 1`.
  let tensors: [TensorCheck]
}

/// Checks the loss and each layer of a network alone, on the numbers that they meet in it.
///
/// In a network a wrong gradient spoils all before it; alone, a layer can only spoil its own.
struct LayerIsolation {
  let network: CheckedNetwork
  let loss: any Loss
  let batch: CheckBatch
  let settings: GradientCheckSettings

  /// By how much inputs are moved, in their root mean square: dropout leaves zeros, where the next
  /// rectifier has its kink.
  private static let offset: Float = 0.05

  /// Checks the loss, then each layer in order of execution.
  ///
  /// - Returns: those that are wrong.
  func run() throws -> [IsolatedFault] {
    let graph = network.fusedGraph
    let values = network.values()
    var faults: [IsolatedFault] = []
    if let fault = try faultOfLoss(values[graph.output, default: []]) { faults.append(fault) }
    for node in graph.nodes {
      if let fault = try fault(of: node, inputs: node.inputs.map { values[$0, default: []] }) {
        faults.append(fault)
      }
    }
    return faults
  }

  private func faultOfLoss(_ output: [Float]) throws -> IsolatedFault? {
    let graph = try Graph(
      ModelSpec(inputs: [.init(name: "input 1", shape: network.graph.outputShape)]) {})
    let alone = CheckBatch(inputs: [output], targets: batch.targets, sampleIDs: batch.sampleIDs)
    return try fault(layer: nil, kind: type(of: loss).kind, graph, loss: loss, alone)
  }

  private func fault(of node: GraphNode, inputs: [[Float]]) throws -> IsolatedFault? {
    let shapes = network.graph.inputShapes(of: node)
    let names = shapes.indices.map { "input \($0 + 1)" }
    let model = ModelSpec(
      inputs: zip(names, shapes).map { ModelSpec.Input(name: $0, shape: $1) }
    ) { LayerEntry(SingleNode(layer: node.layer), name: node.name, from: names) }
    let graph = try Graph(model)
    let ids = Set(graph.idInputs.map(\.input))
    let moved = inputs.enumerated().map { index, values in
      ids.contains(index) ? values : noisy(values, tag: UInt32(index))
    }
    let stream = RandomStream(seed: settings.seed, purpose: .noise)
    let weights = (0..<(batch.count * graph.outputShape.count)).map { index in
      2 * RandomStream.unit(stream.words(UInt32(truncatingIfNeeded: index), 0, 0, 3).0) - 1
    }
    let alone = CheckBatch(inputs: moved, targets: weights, sampleIDs: batch.sampleIDs)
    return try fault(
      layer: node.name, kind: node.layer.kind, graph, loss: ProjectionLoss(), alone)
  }

  private func noisy(_ values: [Float], tag: UInt32) -> [Float] {
    let size = Self.offset * CheckedTensor.rootMeanSquare(values)
    let stream = RandomStream(seed: settings.seed, purpose: .noise)
    return values.enumerated().map { index, value in
      let word = stream.words(UInt32(truncatingIfNeeded: index), tag, 0, 4).0
      return value + size * (2 * RandomStream.unit(word) - 1)
    }
  }

  private func fault(
    layer: String?, kind: String, _ graph: Graph, loss: any Loss, _ batch: CheckBatch
  ) throws -> IsolatedFault? {
    let alone = try CheckedNetwork(graph: graph, loss: loss, batch: batch, seed: settings.seed)
    graph.initialize(alone.parameters.view, seed: settings.seed)
    for entry in graph.layout.entries {
      guard let range = network.graph.layout[entry.name]?.range else { continue }
      alone.parameters.view[entry.range].copy(from: network.parameters.view[range])
    }
    let check = GradientCheck(graph, loss: loss, batch: batch, settings: settings)
    let wrong = check.check(alone).filter { $0.verdict == .failed }
    return wrong.isEmpty ? nil : IsolatedFault(layer: layer, kind: kind, tensors: wrong)
  }
}

/// A layer as one node, without the nodes that it may append to itself.
private struct SingleNode: ModelPart {
  let layer: any Layer

  var kind: String { layer.kind }

  func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    try graph.addNode(layer, named: name, inputs: inputs)
  }
}
