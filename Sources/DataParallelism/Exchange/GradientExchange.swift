// What the lanes of all ranks do together in a step. Two forms with the same bits: WindowExchange,
// where all lanes see the same memory, and MessageExchange, where groups of ranks send each other
// what they need. A third, AllReduceExchange, leaves the adding to MPI, and its bits with it.

package import FlightRecords
internal import MessagePassing
package import Tensors

/// Adds the shards' gradients in the one tree, lets the optimizer step on the sum, and gives every
/// rank the new parameters.
///
/// Each lane runs, step by step:
///
/// ```swift
/// for leaf in exchange.plan.leaves[lane] {
///   … run the shard forward …
///   exchange.setRecord(record, of: leaf.shard)
///   if leaf is the lane's last { exchange.announce(lane: lane, flags: raised) }
///   … run it backward into exchange.slot(lane: lane, leaf.slot), and now and then …
///   try exchange.advance(lane: lane, leaf: leaf, to: end)   // the gradient before `end` is there
/// }
/// let flags = try exchange.finishGradients(lane: lane, flags: raised)
/// let totals = exchange.totals()    // the same on every lane; parameters have not changed yet
/// try exchange.addGradients(lane: lane, keepsSums: false) { range, gradient in
///   exchange.measureGradient(gradient, in: range)
///   … step on that range of parameters and states, with the gradient's sum …
/// }
/// try exchange.publish(lane: lane)  // parameters are new everywhere
/// ```
///
/// Between `publish` and the next `finishGradients` a lane reads parameters and writes its own
/// slots and the records of its own shards; between `finishGradients` and `publish` it reads
/// records and, inside the closure, changes parameters and states in the range given. Nothing else
/// touches them, but for an ``EarlyUpdate``, which may change what a lane's last backward pass has
/// no use for any more.
///
/// An update that needs a norm first keeps the sums, meets the other lanes with
/// ``meet(lane:for:)``, and then walks through them again with ``revisitSlice(lane:isLast:visit:)``.
///
/// The first lane of a rank runs on the thread that started the world. Methods that name no lane
/// are called by that thread alone, on every rank in the same order, before it announces the next
/// step: until then no lane gets past the next `finishGradients`.
package protocol GradientExchange: AnyObject, Sendable {
  /// How gradients travel, in words for the start banner: `a shared window`.
  var name: String { get }
  /// What both forms have: the plan, the memory, the lanes that share it.
  var core: ExchangeCore { get }
  /// What the overlap of messages with the backward pass has come to; nil where there is nothing to
  /// overlap.
  var overlap: OverlapReport? { get }

  /// Lets updates begin during the backward pass where this form has use for it; before the first step.
  func allowEarly(_ update: any EarlyUpdate)

  /// Makes known that all records of a lane are set and that its last backward pass begins.
  ///
  /// Optional: `finishGradients` does it where nobody did.
  ///
  /// - Parameters:
  ///   - lane: The calling lane.
  ///   - flags: Bits to make known to all, such as that a signal asks this rank to stop.
  func announce(lane: Int, flags: UInt64)

  /// Takes what the backward pass of a shard has finished of its gradient; adds the slots that are
  /// complete then.
  ///
  /// - Parameters:
  ///   - lane: The calling lane.
  ///   - leaf: The shard.
  ///   - end: The arena's element before which the gradient is complete; the arena's end at last, once
  ///     for each shard.
  /// - Throws: ``DataParallelismError`` where messages fail.
  func advance(lane: Int, leaf: LanePlan.Leaf, to end: Int) throws(DataParallelismError)

  /// Waits until all lanes' gradients and records are there; parameters do not change before that.
  ///
  /// - Parameters:
  ///   - lane: The calling lane.
  ///   - flags: Bits to make known to all, unless they were announced.
  /// - Returns: The bits that any lane or record raised in this step, the same on every lane.
  /// - Throws: ``DataParallelismError`` where a rank failed.
  func finishGradients(lane: Int, flags: UInt64) throws(DataParallelismError) -> UInt64

  /// Gives up a step after `finishGradients`, since a loss is not finite; all lanes do, and no step
  /// follows.
  ///
  /// - Throws: ``DataParallelismError`` where a rank failed.
  func discardGradients(lane: Int) throws(DataParallelismError)

  /// Waits until all lanes' records are there, without gradients: for evaluation.
  ///
  /// Before the next records are set, all lanes pass ``barrier(lane:)``.
  ///
  /// - Parameters:
  ///   - lane: The calling lane.
  ///   - flags: Bits to make known to all.
  /// - Returns: The bits that any lane or record raised, the same on every lane.
  /// - Throws: ``DataParallelismError`` where a rank failed.
  func shareRecords(lane: Int, flags: UInt64) throws(DataParallelismError) -> UInt64

  /// Adds all shards' gradients in the chunks that fall to the lane, one by one.
  ///
  /// - Parameters:
  ///   - lane: The calling lane.
  ///   - keepsSums: Whether, in this and all other steps alike, the sums, as `visit` leaves them, are to be there for
  ///     ``revisitSlice(lane:isLast:visit:)``; it is faster without.
  ///   - visit: Gets a range of the arena, which is one chunk, and the sum of the gradients there,
  ///     which it may change; calls ``measureGradient(_:in:)``.
  /// - Throws: ``DataParallelismError`` where a rank failed.
  func addGradients(
    lane: Int, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError)

  /// Waits until all lanes' measurements are there.
  ///
  /// - Throws: ``DataParallelismError`` where a rank failed.
  func meet(lane: Int, for meeting: Meeting) throws(DataParallelismError)

  /// Walks again through the sums that ``addGradients(lane:keepsSums:visit:)`` kept.
  ///
  /// - Parameters:
  ///   - lane: The calling lane.
  ///   - isLast: Whether the parameters are final after it.
  ///   - visit: Gets a range of the arena and what was left there; may change it.
  /// - Throws: ``DataParallelismError`` where messages fail.
  func revisitSlice(
    lane: Int, isLast: Bool, visit: (Range<Int>, FloatView) -> Void
  ) throws(DataParallelismError)

  /// Makes the new parameters visible to all lanes.
  ///
  /// - Throws: ``DataParallelismError`` where a rank failed.
  func publish(lane: Int) throws(DataParallelismError)

  /// Brings the whole optimizer state to rank 0; collective.
  ///
  /// - Throws: ``DataParallelismError`` where messages fail.
  func gatherState() throws(DataParallelismError)

  /// Gives rank 0's parameters and states to all ranks, after they were set there; collective.
  ///
  /// - Throws: ``DataParallelismError`` where messages fail.
  func scatterParametersAndState() throws(DataParallelismError)

  /// Frees the memory; collective; nothing of the exchange may be used after.
  ///
  /// - Throws: ``DataParallelismError`` where messages fail.
  func close() throws(DataParallelismError)
}

// What an exchange does of which nothing travels before the backward pass is over.
extension GradientExchange {
  /// Nil: there is nothing to overlap.
  package var overlap: OverlapReport? { nil }

  /// Does nothing: updates begin when all gradients are there.
  package func allowEarly(_ update: any EarlyUpdate) {}

  /// Raises the lane's flags.
  package func announce(lane: Int, flags: UInt64) {
    core.buffers.setFlags(flags, of: core.member(lane))
  }

  /// Adds the slots that are complete with a shard.
  package func advance(
    lane: Int, leaf: LanePlan.Leaf, to end: Int
  ) throws(DataParallelismError) {
    if end == core.arena.count { core.merge(lane: lane, after: leaf, in: 0..<end) }
  }

  /// Does nothing: nothing is on its way.
  package func discardGradients(lane: Int) throws(DataParallelismError) {}
}

/// What lanes may have to know of each other before they can go on with an update.
package enum Meeting: Int, Sendable, CaseIterable {
  /// The norm of the whole gradient, from ``GradientExchange/measureGradient(_:in:)``.
  case gradientNorm
  /// Each tensor's norms, from ``GradientExchange/measureDirections(_:in:)``.
  case trustRatios
}

extension GradientExchange {
  /// Who computes what.
  package var plan: LanePlan { core.plan }
  /// The parameters' layout.
  package var arena: ArenaLayout { core.arena }
  /// The lanes of this rank.
  package var lanes: Range<Int> { core.lanes }
  /// This rank.
  package var rank: Int { core.communicator.rank }
  /// Records what the lanes of this rank do; see ``note(lane:step:phase:)``.
  package var recorder: FlightRecorder { core.recorder }
  /// All parameters.
  package var parameters: FloatView { core.buffers.parameters }
  /// The optimizer's state, each buffer laid out as the parameters.
  package var states: [FloatView] { core.buffers.states }
  /// The bytes of memory that the exchange holds, once a node (window) or once a rank (messages).
  package var byteCount: Int { core.buffers.regions.byteCount }

  /// The buffer that a lane of this rank writes a shard's gradient to.
  ///
  /// It holds an old gradient: whoever writes sets every element of every parameter. The gaps of
  /// the layout hold zeros and must keep them.
  package func slot(lane: Int, _ slot: Int) -> FloatView {
    core.slot(lane: lane, slot)
  }

  /// Takes the whole gradient of a shard.
  ///
  /// - Throws: ``DataParallelismError`` where messages fail.
  package func merge(lane: Int, after leaf: LanePlan.Leaf) throws(DataParallelismError) {
    try advance(lane: lane, leaf: leaf, to: arena.count)
  }

  /// Reports what a shard found out beside its gradient, in every step anew.
  package func setRecord(_ record: ShardRecord, of shard: Int) {
    unsafe core.buffers.records[shard] = record
  }

  /// What a shard reported; of others' shards, valid between `finishGradients` and `publish`.
  package func record(of shard: Int) -> ShardRecord {
    unsafe core.buffers.records[shard]
  }

  /// All shards' records as one, added as the gradients are; valid as ``record(of:)``.
  package func totals() -> ShardRecord {
    core.totals()
  }

  /// Notes what a lane is doing, for others that may wait for it, and for the record.
  ///
  /// A sign of life: long work gives one from time to time.
  package func note(lane: Int, step: UInt64, phase: LanePhase) {
    core.note(lane: lane, step: step, phase: phase)
  }

  /// Waits for the lanes that share memory with this one.
  ///
  /// - Throws: ``DataParallelismError`` where a rank failed.
  package func barrier(lane: Int) throws(DataParallelismError) {
    try core.group.barrier(core.member(lane))
  }

  /// Records by what error this rank ends.
  package func recordFailure(_ error: any Error) {
    recorder.noteEnd(error: "\(error)", culprit: (error as? DataParallelismError)?.culprit)
  }

  /// Makes other lanes leave their waits with an error, since this one failed.
  package func abandon(lane: Int) {
    core.group.abandon(core.member(lane))
  }
}
