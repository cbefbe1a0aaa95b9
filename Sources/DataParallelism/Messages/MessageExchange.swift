internal import FlightRecords
package import MessagePassing
package import Tensors

/// The exchange for groups of ranks that do not share memory with each other: the nodes of a cluster.
///
/// Within a group everything lies in one window, as in a ``WindowExchange``; between groups travel
/// messages, see ``MessagePlan``. All lanes of a group share the adding and updating, piece by piece,
/// as segments become ready; a ``GradientCourier`` on every rank carries the messages, where that pays
/// while the backward pass still goes on.
package final class MessageExchange: GradientExchange {
  /// The plan, the memory, the lanes.
  package let core: ExchangeCore
  private let messages: MessagePlan
  private let counters: StepCounters
  private let work: SegmentTasks
  private let courier: GradientCourier
  private let pilot: OverlapPilot
  private let transfer: StateTransfer
  /// For each lane of this rank, how far it is.
  private let progress: [LaneProgress]

  /// Sets up the exchange; collective.
  ///
  /// - Parameters:
  ///   - settings: What to set up, the same on every rank.
  ///   - world: All ranks.
  ///   - grouping: Which ranks share memory.
  /// - Throws: ``DataParallelismError`` where the memory cannot be had.
  package init(
    _ settings: ExchangeSettings, world: World, grouping: RankGrouping
  ) throws(DataParallelismError) {
    let groups = try throwing { () throws(MPIError) in try RankGroups(grouping, world: world) }
    let plan = MessagePlan(settings, plan: settings.plan(ranks: world.size), groups: groups)
    let core = try ExchangeCore(
      settings, groups: groups,
      rooms: plan.rooms(shardsOptimizer: settings.shardsOptimizer, workers: settings.workers))
    for communicator in [groups.all, groups.leaders].compactMap(\.self) {
      communicator.stallLimit = UInt32(settings.stallLimit * 1000)
    }
    let counters = unsafe StepCounters(
      core.buffers.words, lanes: core.group.count, ranks: groups.ownRanks.count,
      segments: plan.segments.count)
    let work = SegmentTasks(core, plan, counters, workers: settings.workers)
    let courier = try GradientCourier(
      core, plan: plan, counters: counters, sumWork: work.sum, portionWork: work.portion)
    self.core = core
    self.messages = plan
    self.counters = counters
    self.work = work
    self.courier = courier
    transfer = StateTransfer(core, plan: plan, isSharded: settings.shardsOptimizer)
    progress = core.lanes.map { _ in LaneProgress() }
    pilot = try OverlapPilot(
      groups.groups.count > 1 ? settings.overlap : .none, courier: courier, work: work, core: core)
  }

  /// How gradients travel.
  package var name: String {
    let groups = messages.groups.groups
    return groups.count == core.communicator.size
      ? "messages" : "messages between \(groups.count) nodes, a shared window on each"
  }

  /// What the overlap of messages with the backward pass has come to; nil where nobody sends any.
  package var overlap: OverlapReport? {
    messages.groups.groups.count > 1 ? pilot.report : nil
  }

  /// Lets updates begin during the backward pass, in place of those of `addGradients`, where they may.
  package func allowEarly(_ update: any EarlyUpdate) {
    work.early = update
  }

  private func progress(_ lane: Int) -> LaneProgress { progress[lane - core.lanes.lowerBound] }

  // MARK: - A step

  /// Makes known that a lane's records are set and its last backward pass begins.
  package func announce(lane: Int, flags: UInt64) {
    let own = progress(lane)
    core.buffers.setFlags(flags, of: core.member(lane))
    own.isAnnounced = true
    counters.announced[core.member(lane)].set(own.step + 1)
  }

  /// Takes what the backward pass of a shard has finished.
  package func advance(
    lane: Int, leaf: LanePlan.Leaf, to end: Int
  ) throws(DataParallelismError) {
    let isLast = plan.leaves[lane].last?.shard == leaf.shard
    guard isLast else {
      if end == arena.count { core.merge(lane: lane, after: leaf, in: 0..<end) }
      return
    }
    let own = progress(lane)
    let segments = messages.segments
    let complete = segments.complete(before: end, from: own.written)
    if complete > own.written {
      let start = own.written == 0 ? 0 : segments.ends[own.written - 1]
      core.merge(lane: lane, after: leaf, in: start..<segments.ends[complete - 1])
      own.written = complete
      counters.written[core.member(lane)].set(own.step * segments.count + complete)
    }
    if lane == core.lanes.lowerBound { try pilot.poll() }
  }

  /// Waits until all groups' records are there, and adds the own group's gradients meanwhile.
  package func finishGradients(
    lane: Int, flags: UInt64
  ) throws(DataParallelismError) -> UInt64 {
    let own = progress(lane)
    if !own.isAnnounced { announce(lane: lane, flags: flags) }
    // A lane without shards has nothing to write.
    own.written = messages.segments.count
    counters.written[core.member(lane)].set((own.step + 1) * messages.segments.count)
    try wait(lane, for: .waitForGradients, until: { counters.records.value > own.step })
    return core.raisedFlags()
  }

  /// Waits until the messages of a step that changes nothing are all done.
  package func discardGradients(lane: Int) throws(DataParallelismError) {
    let own = progress(lane)
    try wait(lane, for: .waitForGradients, until: { counters.completed.least > own.step })
    // Whoever goes on ends the run, which nobody may take for another's failure.
    try barrier(lane: lane)
  }

  /// Adds all shards' gradients in pieces of the group's portion, chunk by chunk, as they come.
  package func addGradients(
    lane: Int, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    let step = progress(lane).step
    let worker = lane - core.lanes.lowerBound
    try wait(
      lane, for: .waitForGradients, until: { work.isTaken(step: step) },
      doing: { work.addPiece(worker, step: step, keepsSums: keepsSums, visit: visit) })
  }

  /// Waits until all groups' measurements are there.
  package func meet(lane: Int, for meeting: Meeting) throws(DataParallelismError) {
    let own = progress(lane)
    own.meetings[meeting.rawValue] += 1
    let count = own.meetings[meeting.rawValue]
    counters.meetingArrivals[meeting.rawValue].increment()
    try wait(
      lane, for: .shareRecords, until: { counters.meetings[meeting.rawValue].value >= count })
  }

  /// Walks again through sums that were kept.
  package func revisitSlice(
    lane: Int, isLast: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError) {
    let own = progress(lane)
    let worker = lane - core.lanes.lowerBound
    let visits = own.revisits
    own.revisits += 1
    while work.revisitPiece(
      worker, visits: visits, step: own.step, isLast: isLast, visit: visit)
    {
      if worker == 0 { _ = try pilot.carry() }
    }
  }

  /// Waits until the new parameters of all groups are here.
  package func publish(lane: Int) throws(DataParallelismError) {
    let own = progress(lane)
    if lane == core.lanes.lowerBound {
      try wait(
        lane, for: .shareParameters,
        until: { counters.completed.least > own.step && work.isUpdated(step: own.step) })
    }
    // Others may not have read this step's records yet.
    try barrier(lane: lane)
    own.finishStep()
    if lane == core.lanes.lowerBound { try pilot.finishStep() }
  }

  /// Waits, and meanwhile adds what others wait for; the first lane may have to carry messages.
  private func wait(
    _ lane: Int, for operation: FlightOperation, until isDone: () -> Bool,
    doing task: () -> Bool = { false }
  ) throws(DataParallelismError) {
    let worker = lane - core.lanes.lowerBound
    let step = progress(lane).step
    var round = 0
    var isResting = false
    while !isDone() {
      var hasMoved = work.sumPiece(worker, step: step) || task()
      if worker == 0, try pilot.carry() { hasMoved = true }
      if hasMoved {
        round = 0
        if isResting { core.group.endRest(core.member(lane)) }
        isResting = false
      } else {
        if !isResting { core.group.beginRest(core.member(lane), operation) }
        isResting = true
        try core.group.relax(core.member(lane), round: round)
        round += 1
      }
    }
    if isResting { core.group.endRest(core.member(lane)) }
  }

  // MARK: - Between steps

  /// Waits until all groups' records are there, without gradients.
  package func shareRecords(lane: Int, flags: UInt64) throws(DataParallelismError) -> UInt64 {
    core.buffers.setFlags(flags, of: core.member(lane))
    try barrier(lane: lane)
    if lane == core.lanes.lowerBound { try courier.shareRecords() }
    try barrier(lane: lane)
    return core.raisedFlags()
  }

  /// Brings the portions of the optimizer state from their owners to rank 0; collective.
  package func gatherState() throws(DataParallelismError) {
    try transfer.gather()
  }

  /// Sends rank 0's parameters to all, and its states to those who need them; collective.
  package func scatterParametersAndState() throws(DataParallelismError) {
    try transfer.scatter()
  }

  /// Frees the memory; collective; nothing of the exchange may be used after.
  package func close() throws(DataParallelismError) {
    pilot.stop()
    try core.close()
  }
}

/// How far a lane is; only its own thread uses it.
final class LaneProgress: @unchecked Sendable {
  /// Steps done.
  fileprivate(set) var step = 0
  /// Segments of this step that its gradient is complete in.
  fileprivate(set) var written = 0
  fileprivate(set) var isAnnounced = false
  /// Walks through kept sums in this step.
  fileprivate(set) var revisits = 0
  /// How often it came to each meeting, over all steps.
  fileprivate(set) var meetings = Meeting.allCases.map { _ in 0 }

  fileprivate func finishStep() {
    step += 1
    written = 0
    isAnnounced = false
    revisits = 0
  }
}
