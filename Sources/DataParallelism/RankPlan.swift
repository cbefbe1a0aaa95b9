/// How the sums of one rank's lanes become the fewest sums that the rank must send.
struct RankPlan: Sendable {
  /// One sum of the rank.
  struct Part: Sendable {
    /// The shards that it sums.
    let shards: Range<Int>
    /// The lanes' sums that it is made of; its own place is that of the first.
    let inputs: [LanePlan.Part]
    /// The additions that make it.
    let program: [Int32]
  }

  /// The rank's sums, in order of shards.
  let parts: [Part]
  /// The rank's shards.
  let shards: Range<Int>

  /// Plans one rank of a plan whose lanes are dealt evenly over ranks.
  init(_ plan: LanePlan, rank: Int, rankCount: Int) {
    let own = evenly(plan.laneCount, rank, rankCount)
    let laneParts = plan.frontier.filter { own.contains($0.lane) }
    let first = LanePlan.shards(of: own.lowerBound, in: plan.laneCount, shards: plan.shardCount)
    let last = LanePlan.shards(of: own.upperBound - 1, in: plan.laneCount, shards: plan.shardCount)
    let shards = first.lowerBound..<last.upperBound
    self.shards = shards
    self.parts = plan.tree.nodes(covering: shards).map { node in
      let inputs = laneParts.filter { node.contains($0.shards.lowerBound) }
      return Part(
        shards: node, inputs: inputs,
        program: plan.tree.program(for: node, from: inputs.map(\.shards)))
    }
  }

  /// The additions that make the whole sum out of all ranks' sums, in order of ranks.
  static func program(_ plans: [RankPlan], tree: ShardTree) -> [Int32] {
    tree.program(for: 0..<tree.count, from: plans.flatMap { $0.parts.map(\.shards) })
  }
}
