package import MessagePassing

/// The ranks of a job, split into groups that each train one trial at a time.
///
/// Group g has the ranks g x size, g x size + 1, …; ranks that are left over do nothing.
package struct TrialGroups {
  /// All ranks.
  package let world: World
  /// The ranks of this rank's group; of the ranks left over together.
  package let own: World
  /// The number of this rank's group; ``count`` for the ranks left over.
  package let number: Int
  /// Ranks of a group.
  package let size: Int
  /// The number of groups.
  package let count: Int

  /// Splits the ranks; collective.
  ///
  /// - Parameters:
  ///   - world: all ranks.
  ///   - ranksPerTrial: ranks of a group; where there are fewer, all are one group.
  /// - Throws: `MPIError` where messages fail.
  package init(_ world: World, ranksPerTrial: Int) throws(MPIError) {
    self.world = world
    size = min(ranksPerTrial, world.size)
    count = world.size / size
    number = min(world.rank / size, count)
    own = try world.part(color: number)
  }

  /// Ranks that are in no group.
  package var idleRanks: Int { world.size - count * size }

  /// The ranks of a group.
  func ranks(of group: Int) -> Range<Int> { group * size..<(group + 1) * size }

  /// The first rank of a group, which talks to rank 0.
  func leader(of group: Int) -> Int { group * size }

  /// Ends the groups; collective.
  package func leave() throws(MPIError) {
    try own.leave()
  }
}
