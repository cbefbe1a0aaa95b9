internal import CXXHash
internal import FlightRecords
internal import MessagePassing
internal import Tensors

/// Ranks whose parameters are not those of the others.
package struct ReplicaDriftError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The ranks that differ from most.
  package let ranks: [Int]
  /// The first tensor in which the first of them differs.
  package let tensor: String
  /// The step after which they were compared; nil outside a run.
  package let step: Int?

  /// What differs where.
  package var description: String {
    "the parameters of \(ranks.count == 1 ? "rank" : "ranks") "
      + ranks.map(String.init).joined(separator: ", ")
      + " differ from those of the other ranks"
      + (step.map { " after step \($0)" } ?? "") + ", first in \(tensor)"
      + "\n  hint: the ranks' processors, programs or memory differ; go on from the last checkpoint"
  }
}

extension GradientExchange {
  /// A hash of this rank's parameters: XXH3, 64 bits, over the arena.
  package func parameterHash() -> UInt64 {
    hash(parameters)
  }

  /// Compares the parameters of all ranks; collective.
  ///
  /// - Parameter step: The step that was done last, for the error.
  /// - Throws: ``ReplicaDriftError`` on every rank, naming the ranks that differ from most;
  ///   ``DataParallelismError`` where messages fail.
  package func compareParameters(step: Int? = nil) throws {
    let communicator = core.communicator
    // The first lane's track: its thread calls this.
    core.recorder.pause(0, for: .driftCheck)
    defer { core.recorder.resume(0) }
    let hashes = try throwing { () throws(MPIError) in
      try communicator.allGather(parameterHash())
    }
    let differences = differing(hashes)
    guard let first = differences.first else { return }
    let drifted = differences.map { core.groups.worldRanks[$0] }.sorted()
    // The costlier look, only now: which tensor.
    for entry in arena.allEntries {
      let own = hash(parameters[entry.range])
      let all = try throwing { () throws(MPIError) in try communicator.allGather(own) }
      if differing(all).contains(first) {
        throw ReplicaDriftError(ranks: drifted, tensor: entry.name, step: step)
      }
    }
    throw ReplicaDriftError(ranks: drifted, tensor: "the gaps between tensors", step: step)
  }
}

private func hash(_ view: FloatView) -> UInt64 {
  unsafe XXH3_64bits(view.bytes.baseAddress, view.bytes.count)
}

/// The indices of values that are not the most frequent one; of equally frequent ones the first
/// holds.
private func differing(_ values: [UInt64]) -> [Int] {
  var reference = values[0]
  var votes = 0
  for value in values {
    let count = values.count { $0 == value }
    if count > votes { (reference, votes) = (value, count) }
  }
  return values.indices.filter { values[$0] != reference }
}
