internal import MessagePassing
internal import Tensors

/// What a rank sends, receives and adds in a step, where groups of ranks exchange messages.
///
/// Each group owns a portion of every segment of the arena. In a step
///
/// 1. a group adds its own gradients as far as the tree goes within it, and sends each other group
///    the part that lies in the other's portion,
/// 2. it finishes the tree over its own portion, and updates the parameters there,
/// 3. the new parameters go to all groups.
///
/// The ranks of a group share the work: a portion is cut into as many runs as the larger of the two
/// groups has ranks, and run k travels between their ranks number k, counted round.
struct MessagePlan: Sendable {
  /// A run of elements of one segment that travels between this rank and another.
  struct Route: Sendable, Hashable {
    /// The other rank.
    let peer: Int
    /// Its group.
    let group: Int
    /// The chunks.
    let chunks: Range<Int>
    /// Their elements.
    let elements: Range<Int>
  }

  let arena: ArenaLayout
  let groups: RankGroups
  let segments: ArenaSegments
  /// What each group adds by itself.
  let groupPlans: [GroupPlan]
  /// The additions that make the whole sum, see ``GroupPlan``.
  let program: [Int32]
  /// For each segment, the runs of other groups' portions that this rank sends gradients of.
  let outgoing: [[Route]]
  /// For each segment, the runs of the own portion that it receives gradients of.
  let incoming: [[Route]]
  /// The elements of the own portion of each segment.
  let portions: [Range<Int>]
  /// Where each of these lies in buffers that hold own portions alone.
  let portionStarts: [Int]

  init(_ settings: ExchangeSettings, plan: LanePlan, groups: RankGroups) {
    let arena = settings.arena
    let segments = ArenaSegments(
      arena, groups: groups.groups.count, byteCount: settings.segmentByteCount)
    let groupPlans = groups.groups.map { ranks in
      let workers = settings.workers
      return GroupPlan(
        plan, lanes: (ranks.lowerBound * workers)..<(ranks.upperBound * workers))
    }
    func routes(_ segment: Int, portionOf owner: Int, with other: Int) -> [Route] {
      let (own, theirs) = (groups.ownRanks.count, groups.groups[other].count)
      let runs = max(own, theirs)
      let portion = segments.portion(segment, of: owner)
      return (0..<runs).compactMap { run in
        guard run % own == groups.place else { return nil }
        let chunks = ArenaSegments.part(portion, run, of: runs)
        guard !chunks.isEmpty else { return nil }
        return Route(
          peer: groups.groups[other].lowerBound + run % theirs, group: other, chunks: chunks,
          elements: arena.elements(ofChunks: chunks))
      }
    }
    let others = groups.groups.indices.filter { $0 != groups.own }
    var portionStarts: [Int] = []
    var portions: [Range<Int>] = []
    var end = 0
    for segment in 0..<segments.count {
      let portion = arena.elements(ofChunks: segments.portion(segment, of: groups.own))
      portions.append(portion)
      portionStarts.append(end)
      end += portion.count
    }
    self.arena = arena
    self.groups = groups
    self.segments = segments
    self.groupPlans = groupPlans
    program = GroupPlan.program(groupPlans, seenBy: groups.own, tree: plan.tree)
    outgoing = (0..<segments.count).map { segment in
      others.flatMap { routes(segment, portionOf: $0, with: $0) }
    }
    incoming = (0..<segments.count).map { segment in
      others.flatMap { routes(segment, portionOf: groups.own, with: $0) }
    }
    self.portions = portions
    self.portionStarts = portionStarts
  }

  /// The elements of the own portions of all segments.
  var portionCount: Int { portions.reduce(0) { $0 + $1.count } }
  /// This group's own sums.
  var ownPlan: GroupPlan { groupPlans[groups.own] }

  /// The buffers that others' sums are received in: one a sum, in order of groups.
  var receivedParts: [(group: Int, part: Int)] {
    groupPlans.indices.filter { $0 != groups.own }.flatMap { group in
      groupPlans[group].parts.indices.map { (group, $0) }
    }
  }

  /// Where elements of the own portion of a segment lie in a received buffer.
  func receivedRange(_ elements: Range<Int>, segment: Int) -> Range<Int> {
    let start = portionStarts[segment] + elements.lowerBound - portions[segment].lowerBound
    return start..<(start + elements.count)
  }

  /// What the group needs of memory.
  func rooms(shardsOptimizer: Bool, workers: Int) -> MessageRooms {
    MessageRooms(
      received: receivedParts.map { _ in portionCount }, holdsTotals: !shardsOptimizer,
      wordCount: StepCounters.wordCount(
        lanes: groups.ownRanks.count * workers, ranks: groups.ownRanks.count,
        segments: segments.count))
  }

  /// The chunks that each kind of work is done on, segment by segment.
  func chunks(of kind: SegmentWork.Kind, shardsOptimizer: Bool) -> [[Range<Int>]] {
    (0..<segments.count).map { segment in
      switch kind {
      case .sum:
        // Sums of one lane alone are sent as they are.
        if ownPlan.parts.allSatisfy({ $0.inputs.count == 1 }) { return [] }
        return groups.groups.indices.filter { $0 != groups.own }.map {
          segments.portion(segment, of: $0)
        }
      case .portion: return [segments.portion(segment, of: groups.own)]
      case .revisit, .secondRevisit:
        return [
          shardsOptimizer
            ? segments.portion(segment, of: groups.own) : segments.chunks[segment]
        ]
      case .update: return shardsOptimizer ? [] : [segments.chunks[segment]]
      }
    }
  }
}
