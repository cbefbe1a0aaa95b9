internal import Configuration
internal import Datasets
internal import Networks
package import Operators
internal import Optimizers
internal import Tensors

extension TrainSettings {
  /// Settles the instruction-set level that computes, before anything asks for it.
  ///
  /// What has once been held to AVX2 in a process stays so.
  ///
  /// - Throws: ``TrainingError/mismatch(_:hint:)`` where `avx2` is not to be had.
  package func settleInstructionSet() throws(TrainingError) {
    guard instructionSet == .avx2, !ComputeStream.holdToAVX2() else { return }
    let found = ComputeStream.instructionSet
    throw .mismatch(
      "`train.isa: avx2` cannot be had: this process computes with \(found)",
      hint: found.hasPrefix("AVX-512")
        ? "another network ran before in this process; set ONEDNN_MAX_CPU_ISA=AVX2 in its environment"
        : "this CPU has no AVX2 with FMA; use `isa: auto`, or CPUs from 2013 on")
  }

  /// Refuses a precision that a CPU does not have instructions for.
  ///
  /// - Parameter support: how the CPU computes in bfloat16.
  /// - Throws: ``TrainingError/mismatch(_:hint:)``.
  package func checkPrecision(support: BFloat16Support) throws(TrainingError) {
    guard precision == .bfloat16 else { return }
    if instructionSet == .avx2 {
      throw .mismatch(
        "`train.isa: avx2` has no bfloat16, which needs AVX-512",
        hint: "use `precision: float32`, or `isa: auto`")
    }
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
  /// Refuses a network whose parameters, their gradients and the optimizer's state no machine of this size
  /// holds.
  ///
  /// - Parameter memoryByteCount: the bytes of memory of this machine.
  /// - Throws: ``TrainingError/mismatch(_:hint:)``.
  func checkMemory(_ memoryByteCount: Int) throws(TrainingError) {
    let copies = 2 + optimizer.stateNames.count
    let needed = Double(graph.layout.count) * 4 * Double(copies)
    guard needed > Double(memoryByteCount) else { return }
    func gibibytes(_ bytes: Double) -> String { Int((bytes / 0x1p30).rounded(.up)).grouped }
    throw .mismatch(
      "\(graph.layout.parameterCount.grouped) parameters, their gradients and the optimizer's state take "
        + "\(gibibytes(needed)) GiB, but this machine has \(gibibytes(Double(memoryByteCount))) GiB",
      hint: "make the network smaller, or take an optimizer with less state such as sgd")
  }

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
