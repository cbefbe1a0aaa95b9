/// When a lane adds the gradients of its shards.
package enum SlotMode: String, Sendable, CaseIterable {
  /// At the end: every shard keeps a slot of its own, and one pass adds them all. Least memory
  /// traffic.
  case lazy
  /// As soon as two neighbours are complete: as many slots as a binary counter has digits.
  case eager
}

/// Which lane computes which shard, into which slot, and how the slots become one sum.
///
/// A lane is one worker of one rank; lanes are numbered through all ranks, and lane l of L owns the
/// shards `⌊l V / L⌋ ..< ⌊(l + 1) V / L⌋`. A slot is a buffer for one gradient.
package struct LanePlan: Sendable {
  /// Adds one slot of a lane to another: `destination += source`.
  package struct Merge: Sendable, Hashable {
    /// The slot that takes up the other: the left operand.
    package let destination: Int
    /// The slot that is free afterwards.
    package let source: Int
  }

  /// A shard as a lane computes it.
  package struct Leaf: Sendable, Hashable {
    /// The shard's number.
    package let shard: Int
    /// The slot that its gradient goes to.
    package let slot: Int
    /// What to add once it is there.
    package let merges: [Merge]
  }

  /// A sum that a lane has left when all its shards are done.
  package struct Part: Sendable, Hashable {
    /// The lane.
    package let lane: Int
    /// The slot of that lane.
    package let slot: Int
    /// The shards that it sums.
    package let shards: Range<Int>
  }

  /// The tree over the shards.
  package let tree: ShardTree
  /// The number of lanes.
  package let laneCount: Int
  /// When lanes add.
  package let mode: SlotMode
  /// The shards of each lane, in the order of computation.
  package let leaves: [[Leaf]]
  /// Slots a lane: what the neediest lane needs.
  package let slotCount: Int
  /// What is left of all lanes, in order of shards.
  package let frontier: [Part]
  /// The additions that make the whole sum out of the frontier, see ``ShardTree``.
  package let program: [Int32]

  /// The number of shards.
  package var shardCount: Int { tree.count }

  /// Plans a step.
  ///
  /// - Parameters:
  ///   - shards: The number of shards, V.
  ///   - lanes: The number of lanes, L; where there are more than shards, some stay idle.
  ///   - mode: When lanes add.
  package init(shards: Int, lanes: Int, mode: SlotMode) {
    precondition(lanes > 0, "a plan of \(lanes) lanes")
    let tree = ShardTree(count: shards)
    var leaves: [[Leaf]] = []
    var frontier: [Part] = []
    var slotCount = 1
    for lane in 0..<lanes {
      let own = Self.shards(of: lane, in: lanes, shards: shards)
      let schedule = Self.schedule(own, in: tree, mode: mode)
      leaves.append(schedule.leaves)
      slotCount = max(slotCount, schedule.slotCount)
      frontier += schedule.left.enumerated().map { Part(lane: lane, slot: $0, shards: $1) }
    }
    self.tree = tree
    self.laneCount = lanes
    self.mode = mode
    self.leaves = leaves
    self.slotCount = slotCount
    self.frontier = frontier
    self.program = tree.program(for: 0..<shards, from: frontier.map(\.shards))
  }

  /// The mode to choose: lazy as long as a lane's slots stay within a budget of bytes.
  package static func mode(shards: Int, lanes: Int, arenaByteCount: Int, budget: Int) -> SlotMode {
    (shards + lanes - 1) / lanes * arenaByteCount <= budget ? .lazy : .eager
  }

  /// The shards that a lane owns.
  package static func shards(of lane: Int, in lanes: Int, shards: Int) -> Range<Int> {
    evenly(shards, lane, lanes)
  }

  /// What one lane does: a stack of slots, whose two topmost are added while they are siblings.
  private static func schedule(
    _ own: Range<Int>, in tree: ShardTree, mode: SlotMode
  ) -> (leaves: [Leaf], left: [Range<Int>], slotCount: Int) {
    var stack: [Range<Int>] = []
    var leaves: [Leaf] = []
    var slotCount = 0
    for shard in own {
      stack.append(shard..<(shard + 1))
      slotCount = max(slotCount, stack.count)
      let slot = stack.count - 1
      var merges: [Merge] = []
      while mode == .eager, stack.count > 1,
        tree.areSiblings(stack[stack.count - 2], stack[stack.count - 1])
      {
        let right = stack.removeLast()
        stack[stack.count - 1] = stack[stack.count - 1].lowerBound..<right.upperBound
        merges.append(Merge(destination: stack.count - 1, source: stack.count))
      }
      leaves.append(Leaf(shard: shard, slot: slot, merges: merges))
    }
    return (leaves, stack, slotCount)
  }
}

/// The part of `count` things that owner `index` of `owners` gets, contiguous and as even as can
/// be.
func evenly(_ count: Int, _ index: Int, _ owners: Int) -> Range<Int> {
  (index * count / owners)..<((index + 1) * count / owners)
}
