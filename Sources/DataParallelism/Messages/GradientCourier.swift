internal import FlightRecords
internal import MessagePassing
internal import Tensors

/// Carries a rank's messages of a step: records, gradients, new parameters.
///
/// It never waits: each ``turn()`` looks what has become ready, starts the messages that may go, and
/// notes what has arrived in the counters that the group shares. So the same courier serves a lane
/// that calls it between the operations of its network, one that has nothing else to do, and a thread
/// of its own. One thread at a time calls it.
///
/// Segments travel in order, gradients one way and parameters the other. What may go when:
///
/// | message | once |
/// |---|---|
/// | records, by the group's first rank | all lanes of the group have set theirs |
/// | gradients of a segment, of others' portions | all lanes have written it, and local sums are made |
/// | parameters of a segment, of the own portion | all lanes have updated it |
/// | receiving others' parameters of a segment | no lane of the group reads the old ones any more |
///
/// Where groups share totals in place of parameters, a segment has arrived once the own portion is there
/// too.
@safe
final class GradientCourier: @unchecked Sendable {
  private let core: ExchangeCore
  private let plan: MessagePlan
  private let counters: StepCounters
  private let sumWork: SegmentWork
  private let portionWork: SegmentWork
  private let messages: CourierMessages
  private let meetings: MeetingCourier
  private let place: Int
  private let segmentCount: Int
  private let records: RecordCourier

  /// Steps done.
  private(set) var step = 0
  private var isRunning = false
  private var hasRecords = false
  /// Whether the step changes parameters: a loss that is not finite ends the run.
  private var updates = false
  // How many segments of the step have got through each stage.
  private var sent = 0
  private var gathered = 0
  private var expected = 0
  private var shared = 0
  private var arrived = 0

  private let gradientSends: RequestSet
  private let gradientArrivals: [RequestSet]
  /// For each segment, both ways: totals may only be changed once they have left too.
  private let shares: [RequestSet]
  private var stall = StallClock()

  /// Prepares the messages of all steps.
  ///
  /// - Parameters:
  ///   - core: The memory and the ranks.
  ///   - plan: What goes where.
  ///   - counters: What the group's lanes and ranks tell each other.
  ///   - sumWork: The local sums that gradients wait for.
  ///   - portionWork: The updates that parameters wait for.
  /// - Throws: ``DataParallelismError/messagePassing(_:)`` without memory.
  init(
    _ core: ExchangeCore, plan: MessagePlan, counters: StepCounters, sumWork: SegmentWork,
    portionWork: SegmentWork
  ) throws(DataParallelismError) {
    let count = plan.segments.count
    self.core = core
    self.plan = plan
    self.counters = counters
    self.sumWork = sumWork
    self.portionWork = portionWork
    messages = CourierMessages(plan, core)
    place = plan.groups.place
    segmentCount = count
    records = try RecordCourier(core, plans: plan.groupPlans)
    (gradientSends, gradientArrivals, shares, meetings) = try throwing {
      () throws(MPIError) in
      (
        try RequestSet(), try RequestSet.make(count), try RequestSet.make(count),
        try MeetingCourier(
          core, plan: plan, counters: counters, exchanges: core.buffers.totals == nil)
      )
    }
  }

  private var communicator: Communicator { core.communicator }

  /// The step whose records are here while it is on its way, counted from 1; else 0.
  var recordedStep: Int { isRunning && hasRecords ? step + 1 : 0 }

  /// Does what can be done now.
  ///
  /// - Returns: Whether anything was.
  /// - Throws: ``DataParallelismError`` where messages fail, or none comes within the time limit.
  func turn() throws(DataParallelismError) -> Bool {
    try throwing { () throws(MPIError) in
      var hasMoved = isRunning ? try advance() : try begin()
      // A group that owns nothing may have all messages before its lanes come to a meeting.
      if try meetings.turn() { hasMoved = true }
      if hasMoved || !isRunning {
        if stall.isLong { Communicator.endWait() }
        stall.reset()
      } else if let seconds = stall.look() {
        try noteSilence(seconds)
      }
      return hasMoved
    }
  }

  /// Makes known for whom this rank waits, and ends the wait at its limit.
  private func noteSilence(_ seconds: Double) throws(MPIError) {
    // While its own lanes compute, nobody here waits for another rank.
    let lanesAreDone = counters.written.least >= (step + 1) * segmentCount
    guard lanesAreDone, let rank = try missingPeer() else { return Communicator.endWait() }
    communicator.beginWait(for: rank)
    let limit = Double(communicator.stallLimit) / 1000
    if limit > 0, seconds > limit {
      throw communicator.silence(of: plan.groups.worldRanks[rank])
    }
  }

  /// Starts a step once all lanes of the group have announced that their last backward pass begins.
  private func begin() throws(MPIError) -> Bool {
    guard counters.announced.least > step else { return false }
    isRunning = true
    (hasRecords, updates) = (false, false)
    (sent, gathered, expected, shared, arrived) = (0, 0, 0, 0, 0)
    for segment in 0..<segmentCount {
      try communicator.receive(
        messages.gradientReceives[segment], in: gradientArrivals[segment])
    }
    if let leaders = plan.groups.leaders { try records.start(leaders) }
    return true
  }

  private func advance() throws(MPIError) -> Bool {
    var hasMoved = try takeRecords()
    let written = counters.written.least - step * segmentCount
    while sent < segmentCount, written > sent, isSummed(sent) {
      note(.sendGradients, messages.gradientSends[sent])
      try communicator.send(messages.gradientSends[sent], in: gradientSends)
      sent += 1
      hasMoved = true
    }
    // A sum needs the group's own gradients as well as those of others, but those move on meanwhile.
    while gathered < segmentCount, try communicator.test(gradientArrivals[gathered].requests),
      written > gathered
    {
      note(.receiveGradients, messages.gradientReceives[gathered])
      for message in messages.gradientReceives[gathered] { message.unpack() }
      gathered += 1
      counters.gathered[place].set(step * segmentCount + gathered)
      hasMoved = true
    }
    while updates, expected < segmentCount, written > expected {
      try communicator.receive(messages.shareReceives[expected], in: shares[expected])
      expected += 1
      hasMoved = true
    }
    while updates, shared < segmentCount, isFinished(shared) {
      note(.shareParameters, messages.shareSends[shared])
      try communicator.send(messages.shareSends[shared], in: shares[shared])
      shared += 1
      hasMoved = true
    }
    while arrived < min(expected, shared), try communicator.test(shares[arrived].requests) {
      for message in messages.shareReceives[arrived] { message.unpack() }
      arrived += 1
      counters.arrived[place].set(step * segmentCount + arrived)
      hasMoved = true
    }
    // Looked at also while others are waited for: MPI moves nothing unless it is called.
    let haveLeft = try communicator.test(gradientSends.requests)
    if hasRecords, haveLeft, sent == segmentCount, gathered == segmentCount,
      !updates || shared == segmentCount && arrived == segmentCount
    {
      isRunning = false
      core.recorder.end(core.recorder.messageTrack)
      if stall.isLong { Communicator.endWait() }
      step += 1
      counters.completed[place].set(step)
      hasMoved = true
    }
    return hasMoved
  }

  /// Records what is sent or has come.
  private func note(_ operation: FlightOperation, _ messages: [Message]) {
    guard let first = messages.first else { return }
    let isForOne = messages.allSatisfy { $0.peer == first.peer }
    core.recorder.begin(
      core.recorder.messageTrack, operation, step: UInt64(step + 1),
      bytes: messages.reduce(0) { unsafe $0 + $1.bytes.count },
      peer: isForOne ? plan.groups.worldRanks[first.peer] : nil)
  }

  private func isSummed(_ segment: Int) -> Bool {
    counters.summed[segment].value >= (step + 1) * sumWork.count(ofSegment: segment)
  }

  private func isFinished(_ segment: Int) -> Bool {
    counters.finished[segment].value >= (step + 1) * portionWork.count(ofSegment: segment)
  }

  private func takeRecords() throws(MPIError) -> Bool {
    if hasRecords { return false }
    if let leaders = plan.groups.leaders {
      hasRecords = try records.test(leaders)
      if hasRecords { counters.records.set(step + 1) }
    } else {
      hasRecords = counters.records.value > step
    }
    if hasRecords { updates = core.totals().loss.isFinite }
    return hasRecords
  }

  /// Brings all groups' records here, at once; called by the first lane of a rank while no step is on
  /// its way.
  func shareRecords() throws(DataParallelismError) {
    try records.shareRecords()
  }

  /// A rank whose message has not come; nil where none is waited for.
  private func missingPeer() throws(MPIError) -> Int? {
    if let leaders = plan.groups.leaders, !hasRecords,
      let leader = try records.missingGroup(leaders)
    {
      return plan.groups.groups[leader].lowerBound
    }
    if gathered < segmentCount,
      let rank = try communicator.missingPeer(in: gradientArrivals[gathered].requests)
    {
      return rank
    }
    if arrived < expected,
      let rank = try communicator.missingPeer(in: shares[arrived].requests)
    {
      return rank
    }
    return try communicator.missingPeer(in: gradientSends.requests)
  }
}
