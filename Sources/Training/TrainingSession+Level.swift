package import MessagePassing
internal import Operators

/// Tells of instruction-set levels that cost a run the bits it would have on CPUs that are alike.
package enum LevelWarning {
  /// What to tell where the ranks of a job compute at different levels.
  ///
  /// - Parameter levels: the ranks by their levels.
  /// - Returns: the warning; nil where they compute at one.
  package static func amongRanks(_ levels: RanksByValue) -> String? {
    guard !levels.isUniform else { return nil }
    return "the ranks compute at different instruction-set levels: \(levels.description); the "
      + "last bits may depend on which rank computes which shard"
      + "\n  hint: `train.isa: avx2` makes all of them compute the same bits"
  }

  /// What to tell where a run goes on at another level than its checkpoint's.
  ///
  /// - Parameters:
  ///   - saved: the level that the checkpoint was trained at; nil where it does not say.
  ///   - current: the level that this process computes at.
  /// - Returns: the warning; nil where the levels are the same.
  package static func onResuming(saved: String?, current: String) -> String? {
    guard let saved, saved != current else { return nil }
    return "the checkpoint was trained with \(saved), this run computes with \(current): the "
      + "last bits may differ from those of a run that was never interrupted"
      + (saved == "AVX2" ? "\n  hint: `train.isa: avx2` goes on with the same bits" : "")
  }
}

extension TrainingSession {
  /// What to tell of the levels that the ranks compute at.
  ///
  /// Collective.
  static func levelWarnings(_ world: World) throws(MPIError) -> [String] {
    if world.size == 1 { return [] }
    let levels = try world.communicator.allGather(text: ComputeStream.instructionSet)
    let hosts = try world.communicator.allGather(text: world.hostName)
    return LevelWarning.amongRanks(RanksByValue(values: levels, hosts: hosts)).map { [$0] } ?? []
  }
}
