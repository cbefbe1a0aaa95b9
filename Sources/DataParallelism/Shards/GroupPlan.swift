/// How the sums of one group's lanes become the fewest sums that the group must send.
struct GroupPlan: Sendable {
  /// One sum of the group.
  struct Part: Sendable {
    /// The shards that it sums.
    let shards: Range<Int>
    /// The lanes' sums that it is made of; its own place is that of the first.
    let inputs: [LanePlan.Part]
    /// The additions that make it.
    let program: [Int32]
  }

  /// The group's sums, in order of shards.
  let parts: [Part]
  /// What the group's lanes have left, in order of shards.
  let laneParts: [LanePlan.Part]
  /// The group's shards.
  let shards: Range<Int>

  /// Plans one group of lanes.
  init(_ plan: LanePlan, lanes own: Range<Int>) {
    let laneParts = plan.frontier.filter { own.contains($0.lane) }
    let first = LanePlan.shards(of: own.lowerBound, in: plan.laneCount, shards: plan.shardCount)
    let last = LanePlan.shards(of: own.upperBound - 1, in: plan.laneCount, shards: plan.shardCount)
    let shards = first.lowerBound..<last.upperBound
    self.shards = shards
    self.laneParts = laneParts
    self.parts = plan.tree.nodes(covering: shards).map { node in
      let inputs = laneParts.filter { node.contains($0.shards.lowerBound) }
      return Part(
        shards: node, inputs: inputs,
        program: plan.tree.program(for: node, from: inputs.map(\.shards)))
    }
  }

  /// The additions that make the whole sum out of what a group's own lanes have left and of the sums
  /// that the other groups send, in order of groups.
  static func program(_ plans: [GroupPlan], seenBy own: Int, tree: ShardTree) -> [Int32] {
    tree.program(
      for: 0..<tree.count,
      from: plans.enumerated().flatMap { group, plan in
        group == own ? plan.laneParts.map(\.shards) : plan.parts.map(\.shards)
      })
  }
}
