internal import CLanes
internal import FlightRecords
internal import Glibc

/// The lanes that share memory: all of a node, or all of one rank.
///
/// Its lanes are numbered from 0. The memory, which somebody else owns, outlives it.
@safe
final class LaneGroup: Sendable {
  /// The number of lanes.
  let count: Int
  private let team: LaneMemory
  private let patience: clanes_patience
  /// Records what the lanes of this process do.
  let recorder: FlightRecorder
  /// The lanes of this process.
  let ownLanes: Range<Int>

  /// The C structure, which any thread may use at any time: all its words are atomic.
  @safe
  private struct LaneMemory: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  /// The number of processors of this machine.
  static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// The bytes that a group needs.
  static func byteCount(lanes: Int) -> Int { clanes_bytes(UInt32(lanes)) }

  /// Makes the group in zeroed memory.
  ///
  /// One process does, before others attach.
  ///
  /// - Parameters:
  ///   - memory: At least ``byteCount(lanes:)`` bytes, 128-byte aligned.
  ///   - lanes: The number of lanes.
  ///   - ownLanes: Those of them that this process runs.
  ///   - recorder: Records what they do.
  ///   - stallLimit: Seconds after which a missing lane is an error; 0: never.
  init(
    making memory: UnsafeMutableRawPointer, lanes: Int, ownLanes: Range<Int>,
    recorder: FlightRecorder, stallLimit: Int
  ) {
    self.count = lanes
    self.ownLanes = ownLanes
    self.recorder = recorder
    unsafe self.team = LaneMemory(pointer: clanes_init(memory, UInt32(lanes)))
    self.patience = Self.patience(lanes, ownLanes.count, stallLimit)
  }

  /// Uses the group that another process made in this memory.
  init(
    attaching memory: UnsafeMutableRawPointer, lanes: Int, ownLanes: Range<Int>,
    recorder: FlightRecorder, stallLimit: Int
  ) {
    guard let team = unsafe clanes_attach(memory) else {
      preconditionFailure("no lane group was made in this memory")
    }
    self.count = lanes
    self.ownLanes = ownLanes
    self.recorder = recorder
    unsafe self.team = LaneMemory(pointer: team)
    self.patience = Self.patience(lanes, ownLanes.count, stallLimit)
  }

  private static func patience(_ lanes: Int, _ ownLanes: Int, _ limit: Int) -> clanes_patience {
    var patience = clanes_default_patience(UInt32(lanes), UInt32(ownLanes))
    patience.stall_ms = UInt32(limit * 1000)
    return patience
  }

  /// Publishes which rank a lane belongs to, and its process; once, before the first wait of any.
  func join(_ lane: Int, rank: Int) {
    unsafe clanes_join(team.pointer, UInt32(lane), UInt32(rank))
  }

  /// Waits for all lanes; what a lane wrote before, all see after.
  ///
  /// - Throws: ``DataParallelismError`` where a lane died, stalled or gave up.
  func barrier(_ lane: Int) throws(DataParallelismError) {
    if count == 1 { return }
    var epoch: UInt32 = 0
    // Whoever comes last has not waited: there is nothing to record on the path that counts.
    if unsafe clanes_arrive(team.pointer, UInt32(lane), &epoch) { return }
    let track = lane - ownLanes.lowerBound
    recorder.pause(track, for: .barrier)
    var patience = patience
    let outcome = unsafe clanes_wait(team.pointer, epoch, &patience)
    if outcome.status != CLANES_PASSED { throw failure(outcome) }
    recorder.resume(track, waitedFor: Int(outcome.last_rank))
  }

  /// Notes that a lane waits for something other than the barrier.
  func beginRest(_ lane: Int, _ operation: FlightOperation) {
    recorder.pause(lane - ownLanes.lowerBound, for: operation)
    noteMessageWait(lane, true)
  }

  /// Notes that a lane goes on with what the wait interrupted.
  func endRest(_ lane: Int) {
    noteMessageWait(lane, false)
    recorder.resume(lane - ownLanes.lowerBound)
  }

  /// Lets a lane that waits for something of other lanes rest between two looks at it.
  ///
  /// - Parameters:
  ///   - lane: The lane.
  ///   - round: The looks that this wait has taken, from 0: the more, the longer the rest.
  /// - Throws: ``DataParallelismError`` where a lane died or gave up.
  func relax(_ lane: Int, round: Int) throws(DataParallelismError) {
    var patience = patience
    let outcome = unsafe clanes_relax(
      team.pointer, UInt32(lane), UInt32(truncatingIfNeeded: round), &patience)
    if outcome.status != CLANES_PASSED { throw failure(outcome) }
  }

  /// Lets a thread beside the lanes sleep for a moment.
  ///
  /// - Parameter nanoseconds: The length, below a second.
  /// - Throws: ``DataParallelismError`` where a lane gave up.
  func nap(nanoseconds: Int) throws(DataParallelismError) {
    var patience = clanes_patience(
      spin_ns: 0, yield_ns: 0, nap_ns: UInt32(nanoseconds), stall_ms: 0)
    let outcome = unsafe clanes_relax(
      team.pointer, UInt32(ownLanes.lowerBound), 0, &patience)
    if outcome.status != CLANES_PASSED { throw failure(outcome) }
  }

  /// Makes all waits of the group fail, now and later.
  func abandon(_ lane: Int) {
    unsafe clanes_abort(team.pointer, UInt32(lane), 1)
  }

  /// Notes what a lane is doing.
  func note(_ lane: Int, step: UInt64, phase: LanePhase) {
    unsafe clanes_publish(team.pointer, UInt32(lane), step, phase.rawValue)
    recorder.begin(lane - ownLanes.lowerBound, phase.operation, step: step)
  }

  /// Every lane as it is now.
  var states: [LaneState] {
    (0..<count).map { lane in
      let state = unsafe clanes_state(team.pointer, UInt32(lane))
      return LaneState(
        rank: Int(state.rank), step: state.step,
        phase: LanePhase(rawValue: state.phase) ?? .start, beats: state.beats,
        isWaiting: state.waiting)
    }
  }

  /// Notes whether a lane waits for a message; its process does so at least once a second.
  func noteMessageWait(_ lane: Int, _ waits: Bool) {
    unsafe clanes_note_message_wait(team.pointer, UInt32(lane), waits)
  }

  /// Whether the caller is the first to tell that a lane has been silent since its last note.
  func claimSilence(_ lane: Int) -> Bool {
    unsafe clanes_claim_silence(team.pointer, UInt32(lane))
  }

  /// Makes all waits of the group fail because of a silent lane; false where they do already.
  func endStalled(_ lane: Int) -> Bool {
    unsafe clanes_end_stalled(team.pointer, UInt32(lane))
  }

  /// The error of a wait.
  ///
  /// Only the first to notice a death tells of it, so that it is told once.
  private func failure(_ outcome: clanes_outcome) -> DataParallelismError {
    let states = (0..<count).map { unsafe clanes_state(team.pointer, UInt32($0)) }
    let culprit = states[Int(outcome.lane)]
    let rank = Int(culprit.rank)
    guard outcome.first else { return .abandoned(rank: rank) }
    let absent = Set(states.filter { !$0.waiting }.map { Int($0.rank) })
    let waiting = Set(states.map { Int($0.rank) }).subtracting(absent).sorted()
    let peer = Peer(
      rank: rank, processIdentifier: Int(culprit.pid), step: culprit.step,
      phase: LanePhase(rawValue: culprit.phase) ?? .start)
    if outcome.status == CLANES_STALLED {
      return .stalled(peer, waiting: waiting, seconds: Int(patience.stall_ms) / 1000)
    }
    return .died(peer, waiting: waiting)
  }
}

/// A lane as its last note shows it.
struct LaneState: Sendable {
  /// Its rank.
  let rank: Int
  /// The step that it is in.
  let step: UInt64
  /// What it does there.
  let phase: LanePhase
  /// How often it has said so: a sign of life.
  let beats: UInt32
  /// Whether it waits for other lanes, or for a message.
  let isWaiting: Bool

  /// Where it is: `in the backward pass of step 418`.
  var place: String { phase.operation.place(step: step) }
}
