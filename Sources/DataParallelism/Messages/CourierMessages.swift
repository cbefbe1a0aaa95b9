internal import CKernels
internal import MessagePassing
internal import Tensors

/// One message as it is sent or received in every step.
@safe
struct Message {
  let peer: Int
  let tag: Int32
  /// What travels.
  let bytes: UnsafeMutableRawBufferPointer
  /// What travels in half as many bytes: the numbers, and the memory of their bfloat16 forms.
  private let packed: (numbers: FloatView, room: FloatStorage)?

  init(peer: Int, tag: Int32, bytes: UnsafeMutableRawBufferPointer) {
    self.peer = peer
    self.tag = tag
    unsafe self.bytes = bytes
    packed = nil
  }

  /// A message of numbers, as they are or rounded to bfloat16.
  init(peer: Int, tag: Int32, _ numbers: FloatView, isRounded: Bool) {
    self.peer = peer
    self.tag = tag
    guard isRounded else {
      unsafe bytes = numbers.bytes
      packed = nil
      return
    }
    let room = FloatStorage(count: (numbers.count + 1) / 2)
    let base = unsafe UnsafeMutableRawPointer(room.view.pointer)
    unsafe bytes = UnsafeMutableRawBufferPointer(
      start: base, count: numbers.count * ElementType.bfloat16.byteCount)
    packed = (numbers, room)
  }

  /// Rounds the numbers, before they leave.
  func pack() {
    guard let (numbers, room) = packed else { return }
    let bits = unsafe UnsafeMutableRawPointer(room.view.pointer)
      .assumingMemoryBound(to: ck_bfloat16.self)
    unsafe ck_round_bf16(numbers.pointer, bits, numbers.count)
  }

  /// Widens the numbers, once they have come; exact.
  func unpack() {
    guard let (numbers, room) = packed else { return }
    let bits = unsafe UnsafeRawPointer(room.view.pointer)
      .assumingMemoryBound(to: ck_bfloat16.self)
    unsafe ck_widen_bf16(bits, numbers.pointer, numbers.count)
  }
}

/// The messages of each segment, prepared once so that no step allocates.
///
/// Between two ranks, messages of one tag are listed in the same order on both sides.
struct CourierMessages {
  /// This group's sums in others' portions, to their owners.
  let gradientSends: [[Message]]
  /// Others' sums in this group's portion.
  let gradientReceives: [[Message]]
  /// What came of the own portion, to all.
  let shareSends: [[Message]]
  /// What came of others' portions.
  let shareReceives: [[Message]]

  private enum Tag {
    static func gradient(_ segment: Int) -> Int32 { Int32(4 * segment) }
    static func share(_ segment: Int) -> Int32 { Int32(4 * segment + 1) }
    static func squares(_ segment: Int) -> Int32 { Int32(4 * segment + 2) }
  }

  /// Lists the messages.
  init(_ plan: MessagePlan, _ core: ExchangeCore) {
    let buffers = core.buffers
    let segments = 0..<plan.segments.count
    func isRounded(_ route: MessagePlan.Route) -> Bool {
      route.elements.lowerBound < core.roundedCount
    }
    gradientSends = segments.map { segment in
      plan.outgoing[segment].flatMap { route in
        plan.ownPlan.parts.map { part in
          let slot = core.slot(lane: part.inputs[0].lane, part.inputs[0].slot)
          return Message(
            peer: route.peer, tag: Tag.gradient(segment), slot[route.elements],
            isRounded: isRounded(route))
        }
      }
    }
    let receivedParts = plan.receivedParts
    gradientReceives = segments.map { segment in
      plan.incoming[segment].flatMap { route in
        let range = plan.receivedRange(route.elements, segment: segment)
        return receivedParts.indices.filter { receivedParts[$0].group == route.group }.map {
          Message(
            peer: route.peer, tag: Tag.gradient(segment), buffers.received[$0][range],
            isRounded: isRounded(route))
        }
      }
    }
    func shares(_ routes: [MessagePlan.Route], _ segment: Int) -> [Message] {
      routes.flatMap { route in
        let view = (buffers.totals ?? buffers.parameters)[route.elements]
        // Sums are rounded, parameters never.
        var messages = [
          Message(
            peer: route.peer, tag: Tag.share(segment), view,
            isRounded: buffers.totals != nil && isRounded(route))
        ]
        // With the parameters go the sums of squares of their gradients, which everyone reports, unless a
        // meeting has brought them already.
        let pieces = buffers.pieces.pieces(ofChunks: route.chunks)
        if buffers.totals == nil, !core.meetsForNorm, !pieces.isEmpty {
          messages.append(
            unsafe Message(
              peer: route.peer, tag: Tag.squares(segment),
              bytes: UnsafeMutableRawBufferPointer(
                UnsafeMutableBufferPointer(rebasing: buffers.gradientSquares[pieces]))))
        }
        return messages
      }
    }
    shareSends = segments.map { shares(plan.incoming[$0], $0) }
    shareReceives = segments.map { shares(plan.outgoing[$0], $0) }
  }
}

extension Communicator {
  /// Starts to send prepared messages.
  func send(_ messages: [Message], in set: RequestSet) throws(MPIError) {
    for message in messages {
      message.pack()
      try unsafe send(
        UnsafeRawBufferPointer(message.bytes), to: message.peer, tag: message.tag,
        in: set.requests)
    }
  }

  /// Starts to receive prepared messages.
  func receive(_ messages: [Message], in set: RequestSet) throws(MPIError) {
    for message in messages {
      try unsafe receive(message.bytes, from: message.peer, tag: message.tag, in: set.requests)
    }
  }
}
