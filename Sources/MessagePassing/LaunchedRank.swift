internal import Glibc

/// What the launcher says of this process before MPI has started, or where it cannot start.
package struct LaunchedRank: Sendable, Equatable {
  /// Its number among all ranks.
  package let rank: Int
  /// Its number among those of its machine; 0 where the launcher does not say.
  package let localRank: Int

  /// The rank as the environment describes it; nil without a launcher.
  package static var current: LaunchedRank? {
    guard
      let rank = number(of: ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"])
    else { return nil }
    let local = number(of: ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"])
    return LaunchedRank(rank: rank, localRank: local ?? 0)
  }

  /// The first variable of some that is a number.
  private static func number(of names: [String]) -> Int? {
    names.lazy.compactMap { name in
      unsafe getenv(name).flatMap { text in unsafe Int(String(cString: text)) }
    }.first
  }
}
