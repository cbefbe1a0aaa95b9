internal import Configuration
internal import Datasets
internal import Networks
package import Operators
internal import Tensors

extension TrainSettings {
  /// Refuses a precision that a CPU does not have instructions for.
  ///
  /// - Parameter support: how the CPU computes in bfloat16.
  /// - Throws: ``TrainingError/mismatch(_:hint:)``.
  package func checkPrecision(support: BFloat16Support) throws(TrainingError) {
    guard precision == .bfloat16 else { return }
    switch support {
    case .native: return
    case .emulated where allowsEmulation: return
    case .emulated:
      throw .mismatch(
        "this CPU has no instructions for bfloat16 (\(ComputeStream.instructionSet))",
        hint:
          "use `precision: float32`, which is faster here, or --allow-emulation to get the same "
          + "kind of result slowly")
    case .none:
      throw .mismatch(
        "this CPU cannot compute in bfloat16: oneDNN needs AVX-512, found "
          + ComputeStream.instructionSet, hint: "use `precision: float32`")
    }
  }
}

extension TrainingPlan {
  /// Refuses shards that are too small for a layer, such as one sample for batch normalization.
  func checkShardSizes() throws(TrainingError) {
    guard let smallest = batches.shardSizes.last(where: { $0 > 0 }) else { return }
    for node in graph.nodes {
      let needed = node.layer.smallestTrainingBatch(of: graph.inputShapes(of: node))
      guard smallest < needed else { continue }
      let rest = data.train.count % batches.globalBatch
      throw .mismatch(
        "\(node.name) needs shards of at least \(needed) samples, but some have \(smallest): "
          + "\(batches.shards) shards of a global batch of \(batches.globalBatch)"
          + (rest > 0 ? ", of \(rest) at the end of an epoch" : ""),
        hint: "use fewer shards or another global batch")
    }
  }
}
