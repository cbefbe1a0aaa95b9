internal import Networks
internal import Operators
internal import Tensors

/// What `lockstep summary` shows of a network: its layers, their sizes and costs, and the memory it takes.
struct NetworkSummary {
  let graph: Graph
  let loss: any Loss
  let batch: Int
  let shards: Int
  let optimizerStates: Int

  /// The whole text.
  ///
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  func text() throws -> String {
    var table = TextTable([
      ("layer", .left), ("kind", .left), ("output", .left), ("parameters", .right),
      ("MACs/sample", .right),
    ])
    for value in graph.values.prefix(graph.inputCount) {
      table.add([value.name, "input", value.shape.description])
    }
    for node in graph.nodes {
      table.add([
        node.name, node.layer.kind, graph.values[node.output].shape.description,
        node.parameters.reduce(0) { $0 + $1.spec.shape.count }.grouped,
        node.layer.multiplyAdds(of: graph.inputShapes(of: node)).grouped,
      ])
    }
    return table.text + "\n\n" + (try totals()).joined(separator: "\n")
  }

  private func totals() throws -> [String] {
    let multiplyAdds = graph.nodes.reduce(0) {
      $0 + $1.layer.multiplyAdds(of: graph.inputShapes(of: $1))
    }
    let shard = (batch + shards - 1) / shards
    let stream = try ComputeStream()
    let training = try CompiledProgram(
      graph: graph, loss: loss, batch: shard, mode: .training(inputGradients: false),
      stream: stream)
    let inference = try CompiledProgram(
      graph: graph, loss: nil, batch: 1, mode: .inference, stream: stream)
    let arena = graph.layout.count * 4
    let held = arena * (2 + optimizerStates)
    return [
      "parameters         \(graph.layout.parameterCount.grouped)",
      "forward pass       \(multiplyAdds.grouped) multiply-adds a sample "
        + "(\((2 * multiplyAdds).grouped) FLOPs)",
      "training memory    \(Self.mebibytes(training.workspaceCount * 4)) of activations "
        + "for each worker (a shard of \(shard) samples),",
      "                   \(Self.mebibytes(held)) for parameters, a gradient and "
        + "\(optimizerStates) optimizer buffers on each node",
      "inference memory   \(Self.mebibytes(arena)) of parameters, "
        + "\(Self.mebibytes(inference.workspaceCount * 4)) of activations for one sample",
    ]
  }

  /// A number of bytes in MiB, with two decimals.
  static func mebibytes(_ bytes: Int) -> String {
    let hundredths = Int((Double(bytes) / 1048576 * 100).rounded())
    let decimals = String(hundredths % 100)
    return "\(hundredths / 100).\(decimals.count == 1 ? "0" : "")\(decimals) MiB"
  }
}
