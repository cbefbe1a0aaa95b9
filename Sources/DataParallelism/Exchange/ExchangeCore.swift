package import FlightRecords
internal import MessagePassing
package import Tensors

/// What an exchange is set up with, the same on every rank.
package struct ExchangeSettings: Sendable {
  /// The parameters' layout.
  package var arena: ArenaLayout
  /// The number of shards of a step.
  package var shards: Int
  /// The number of lanes of each rank.
  package var workers: Int
  /// The number of state buffers that the optimizer keeps.
  package var stateCount: Int
  /// When lanes add gradients; nil, the default, chooses by ``lazyBudget``.
  package var mode: SlotMode?
  /// Bytes of gradients a lane may keep before it adds them early; default 256 MiB.
  package var lazyBudget = 256 << 20
  /// For each tensor whether its gradient is part of the norm; by default all are.
  package var countsInNorm: [Bool]
  /// Whether every step holds a meeting for the gradient's norm; false by default.
  package var meetsForNorm = false
  /// Who sends gradients between nodes during the backward pass; by default whoever is the fastest.
  package var overlap = OverlapMode.auto
  /// Whether each group of ranks updates a part of the parameters, the default, or all of them.
  package var shardsOptimizer = true
  /// What gradients are rounded to in all sums; bfloat16 halves what travels between groups, and is
  /// another computation, the same for any number of ranks.
  package var wire = ElementType.float32
  /// The bytes of a segment, which is exchanged at once; nil, the default, chooses by the groups.
  package var segmentByteCount: Int?
  /// Seconds after which a rank that does not come is an error; 0, the default: never.
  package var stallLimit = 0

  /// Makes settings with the defaults of what is not given.
  package init(arena: ArenaLayout, shards: Int, workers: Int, stateCount: Int) {
    self.arena = arena
    self.shards = shards
    self.workers = workers
    self.stateCount = stateCount
    self.countsInNorm = arena.entries.map { _ in true }
  }

  /// The elements of the arena whose gradients are rounded: those of parameters, not statistics.
  var roundedCount: Int {
    wire == .float32 ? 0 : min(arena.parameterChunkCount * ArenaLayout.chunk, arena.count)
  }

  /// The plan for so many ranks.
  func plan(ranks: Int) -> LanePlan {
    let lanes = ranks * workers
    let mode =
      self.mode
      ?? LanePlan.mode(
        shards: shards, lanes: lanes, arenaByteCount: arena.count * MemoryLayout<Float>.stride,
        budget: lazyBudget)
    return LanePlan(shards: shards, lanes: lanes, mode: mode)
  }
}

/// What both forms of exchange have: the plan, the memory, the lanes that share it.
package final class ExchangeCore: Sendable {
  let plan: LanePlan
  let arena: ArenaLayout
  /// Whether every step holds a meeting for the gradient's norm.
  let meetsForNorm: Bool
  /// The elements whose gradients are rounded to bfloat16 in all sums.
  let roundedCount: Int
  /// The lanes of this rank, numbered through all ranks.
  let lanes: Range<Int>
  /// The first of the lanes that share this memory.
  let firstLane: Int
  /// The ranks, and which of them share this memory.
  let groups: RankGroups
  let buffers: ExchangeBuffers
  let group: LaneGroup
  /// Records what the lanes of this rank do.
  package var recorder: FlightRecorder { group.recorder }
  /// A chunk of memory for each lane of this rank.
  let scratch: [FloatStorage]
  /// For each lane of this rank, the additions after each of its shards.
  private let merges: [[[TreeSum]]]

  /// All ranks.
  var communicator: Communicator { groups.all }

  /// Allocates the memory and gathers the lanes that share it; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up.
  ///   - groups: The ranks, and which of them share memory.
  ///   - rooms: What a group needs of memory for messages to others.
  /// - Throws: ``DataParallelismError`` where the memory cannot be had.
  init(
    _ settings: ExchangeSettings, groups: RankGroups, rooms: MessageRooms = MessageRooms()
  ) throws(DataParallelismError) {
    precondition(
      settings.countsInNorm.count == settings.arena.entries.count,
      "countsInNorm has one value for each tensor")
    let plan = settings.plan(ranks: groups.all.size)
    let first = groups.all.rank * settings.workers
    let isShared = groups.ownRanks.count > 1
    let members = groups.ownRanks.count * settings.workers
    let pieces = TensorPieces(settings.arena, countsInNorm: settings.countsInNorm)
    let regions = ExchangeRegions(
      arena: settings.arena, pieces: pieces.count, shards: settings.shards, lanes: members,
      slots: members * plan.slotCount, states: settings.stateCount, rooms: rooms)
    let (buffers, group) = try throwing {
      () throws(MPIError) -> (ExchangeBuffers, LaneGroup) in
      let buffers = try ExchangeBuffers(
        arena: settings.arena, pieces: pieces, shards: settings.shards, regions: regions,
        rooms: rooms, node: isShared ? groups.members : nil)
      let group = try Self.gather(members, in: buffers, settings, groups)
      return (buffers, group)
    }
    self.plan = plan
    self.arena = settings.arena
    self.roundedCount = settings.roundedCount
    self.meetsForNorm = settings.meetsForNorm
    self.lanes = first..<(first + settings.workers)
    self.firstLane = groups.ownRanks.lowerBound * settings.workers
    self.groups = groups
    self.buffers = buffers
    self.group = group
    self.scratch = lanes.map { _ in FloatStorage(count: ArenaLayout.chunk) }
    let base = firstLane
    self.merges = zip(lanes, scratch).map { lane, scratch in
      let slots = (lane - base) * plan.slotCount
      return plan.leaves[lane].map { leaf in
        leaf.merges.map {
          TreeSum(
            [buffers.slots[slots + $0.destination], buffers.slots[slots + $0.source]],
            program: [0, 1, -1], scratch: scratch, roundedCount: settings.roundedCount)
        }
      }
    }
  }

  /// Makes or joins the group of lanes that share the buffers.
  private static func gather(
    _ lanes: Int, in buffers: ExchangeBuffers, _ settings: ExchangeSettings, _ groups: RankGroups
  ) throws(MPIError) -> LaneGroup {
    let group: LaneGroup
    let first = groups.place * settings.workers
    let ownLanes = first..<(first + settings.workers)
    let worldRank = groups.worldRanks[groups.all.rank]
    let recorder = FlightRecorder(
      lanes: settings.workers, rank: worldRank, rankCount: groups.all.size)
    // Where messages are waited for, their own time limit tells better who is missing.
    let isWholeWorld = groups.ownRanks.count == groups.all.size
    let stallLimit = isWholeWorld ? settings.stallLimit : 0
    if groups.isLeader {
      unsafe group = LaneGroup(
        making: buffers.team, lanes: lanes, ownLanes: ownLanes, recorder: recorder,
        stallLimit: stallLimit)
      try groups.members.barrier()
    } else {
      try groups.members.barrier()
      unsafe group = LaneGroup(
        attaching: buffers.team, lanes: lanes, ownLanes: ownLanes, recorder: recorder,
        stallLimit: stallLimit)
    }
    for lane in ownLanes { group.join(lane, rank: worldRank) }
    try groups.members.barrier()
    return group
  }

  /// Notes what a lane is doing, see ``GradientExchange/note(lane:step:phase:)``.
  package func note(lane: Int, step: UInt64, phase: LanePhase) {
    group.note(member(lane), step: step, phase: phase)
  }

  /// A lane's number among those that share the memory.
  func member(_ lane: Int) -> Int { lane - firstLane }

  /// A gradient buffer of a lane.
  func slot(lane: Int, _ slot: Int) -> FloatView {
    buffers.slots[(lane - firstLane) * plan.slotCount + slot]
  }

  /// Adds the slots that are complete after a shard, in a range of elements.
  func merge(lane: Int, after leaf: LanePlan.Leaf, in range: Range<Int>) {
    if leaf.merges.isEmpty { return }
    let index = leaf.shard - plan.leaves[lane][0].shard
    for sum in merges[lane - lanes.lowerBound][index] { sum.store(range) }
  }

  /// All shards' records as one, added as the gradients are.
  func totals() -> ShardRecord {
    plan.tree.fold({ unsafe buffers.records[$0] }, +)
  }

  /// Frees the memory and the communicators; collective.
  func close() throws(DataParallelismError) {
    try throwing { () throws(MPIError) in
      try buffers.window.free()
      try groups.free()
    }
  }

  /// The bits raised by the lanes that share the memory and by all records.
  func raisedFlags() -> UInt64 {
    var flags: UInt64 = 0
    for lane in 0..<group.count { flags |= buffers.flags(of: lane) }
    for shard in 0..<plan.shardCount {
      let record = unsafe buffers.records[shard]
      flags |= record.flags | record.carriedFlags
    }
    return flags
  }
}

/// Runs message passing calls, whose errors become this module's.
func throwing<Result: ~Copyable>(
  _ body: () throws(MPIError) -> Result
) throws(DataParallelismError) -> Result {
  do {
    return try body()
  } catch {
    throw .messagePassing(error)
  }
}
