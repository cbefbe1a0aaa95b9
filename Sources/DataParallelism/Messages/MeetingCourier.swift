internal import MessagePassing
internal import Tensors

/// Carries what groups must know of each other in the midst of an update: sums of squares.
///
/// A meeting begins for a group when all its lanes have come to it, which is when all that they
/// measured is there; the first ranks of the groups then give each other the measurements of their
/// portions.
final class MeetingCourier {
  private let core: ExchangeCore
  private let plan: MessagePlan
  private let counters: StepCounters
  private let exchanges: Bool
  private let messages: RequestSet
  /// How often each meeting was held.
  private var held = Meeting.allCases.map { _ in 0 }
  private var current: Meeting?

  private static let tag: Int32 = 20_010

  /// Prepares for meetings.
  ///
  /// - Parameters:
  ///   - core: The memory and the ranks.
  ///   - plan: What goes where.
  ///   - counters: What the group's lanes and ranks tell each other.
  ///   - exchanges: Whether groups measure different portions; else each knows everything.
  /// - Throws: `MPIError` without memory.
  init(
    _ core: ExchangeCore, plan: MessagePlan, counters: StepCounters, exchanges: Bool
  ) throws(MPIError) {
    self.core = core
    self.plan = plan
    self.counters = counters
    self.exchanges = exchanges
    messages = try RequestSet()
  }

  /// Does what can be done now; only the first rank of a group has to do with it.
  func turn() throws(MPIError) -> Bool {
    guard let leaders = plan.groups.leaders else { return false }
    if let meeting = current {
      guard try leaders.test(messages.requests) else { return false }
      held[meeting.rawValue] += 1
      counters.meetings[meeting.rawValue].set(held[meeting.rawValue])
      current = nil
      return true
    }
    for meeting in Meeting.allCases {
      let arrivals = counters.meetingArrivals[meeting.rawValue].value
      guard arrivals >= (held[meeting.rawValue] + 1) * core.group.count else { continue }
      if exchanges { try exchange(meeting, leaders) }
      current = meeting
      return true
    }
    return false
  }

  private func exchange(_ meeting: Meeting, _ leaders: Communicator) throws(MPIError) {
    for segment in 0..<plan.segments.count {
      for group in plan.groupPlans.indices where group != plan.groups.own {
        let theirs = unsafe measurements(meeting, segment, of: group)
        if unsafe !theirs.isEmpty {
          try unsafe leaders.receive(
            theirs, from: group, tag: Self.tag, in: messages.requests)
        }
        let own = unsafe measurements(meeting, segment, of: plan.groups.own)
        if unsafe !own.isEmpty {
          try unsafe leaders.send(
            UnsafeRawBufferPointer(own), to: group, tag: Self.tag, in: messages.requests)
        }
      }
    }
  }

  /// What a group measures of a segment.
  private func measurements(
    _ meeting: Meeting, _ segment: Int, of group: Int
  ) -> UnsafeMutableRawBufferPointer {
    let pieces = core.buffers.pieces.pieces(ofChunks: plan.segments.portion(segment, of: group))
    switch meeting {
    case .gradientNorm:
      return unsafe UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: core.buffers.gradientSquares[pieces]))
    case .trustRatios:
      return unsafe UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: core.buffers.trustSums[pieces]))
    }
  }
}
