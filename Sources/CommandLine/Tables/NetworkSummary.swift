internal import Networks
internal import Operators
internal import RunRecords
internal import Tensors

/// What `lockstep summary` shows of a network: its layers, their sizes and costs, and the memory it takes.
struct NetworkSummary {
  let graph: Graph
  let loss: any Loss
  /// Samples of a shard.
  let trainingBatch: Int
  /// Samples of a batch of inference.
  let inferenceBatch: Int
  /// What layers compute in where they can.
  let precision: ElementType
  /// Numbers that the optimizer keeps for each parameter.
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
    return [
      "parameters         \(graph.layout.parameterCount.grouped)",
      "forward pass       \(multiplyAdds.grouped) multiply-adds a sample "
        + "(\((2 * multiplyAdds).grouped) FLOPs)",
      "", try memory(),
    ]
  }

  private func memory() throws -> String {
    let stream = try ComputeStream()
    let training = try CompiledProgram(
      graph: graph, loss: loss, batch: trainingBatch, mode: .training(inputGradients: false),
      precision: precision, stream: stream
    ).memory
    let inference = try CompiledProgram(
      graph: graph, loss: nil, batch: inferenceBatch, mode: .inference, precision: precision,
      stream: stream
    ).memory
    let arena = graph.layout.count * MemoryLayout<Float>.stride
    let copy = precision == .float32 ? 0 : graph.layout.count * precision.byteCount
    var table = TextTable([
      ("memory in MiB", .left), ("training", .right), ("inference", .right), ("", .left),
    ])
    table.add(["samples", trainingBatch.grouped, inferenceBatch.grouped, "a shard, on one worker"])
    table.add(["parameters", Self.mebibytes(arena), Self.mebibytes(arena), "once a node"])
    if copy > 0 {
      let text = Self.mebibytes(copy)
      table.add(["  in \(precision)", text, text, "for each worker"])
    }
    table.add(["gradient", Self.mebibytes(arena), "-", "one for each shard to be added"])
    table.add([
      "optimizer state", Self.mebibytes(arena * optimizerStates), "-",
      "once a node, \(optimizerStates) numbers for each parameter",
    ])
    table.add([
      "activations", Self.mebibytes(training.workspace), Self.mebibytes(inference.workspace),
      "as planned, for each worker",
    ])
    table.add([
      "  kept for backward", Self.mebibytes(training.keptForBackward), "-",
      training.ratio.map { "the plan takes \(NumberText.fixed($0, decimals: 2)) times as much" }
        ?? "",
    ])
    table.add([
      "all", Self.mebibytes(arena * (2 + optimizerStates) + copy + training.workspace),
      Self.mebibytes(arena + copy + inference.workspace), "with one worker",
    ])
    return table.text
  }

  /// A number of bytes in MiB, with three decimals.
  static func mebibytes(_ bytes: Int) -> String {
    NumberText.fixed(Double(bytes) / 1_048_576, decimals: 3)
  }
}
