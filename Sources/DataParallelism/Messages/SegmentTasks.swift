internal import Tensors

/// The work of a group in a step, piece by piece, for any of its threads.
@safe
final class SegmentTasks: @unchecked Sendable {
  /// Local sums, for other groups.
  let sum: SegmentWork
  /// The sums of all gradients in the own portion.
  let portion: SegmentWork
  /// Walks through sums that were kept.
  private let revisits: [SegmentWork]
  /// Updates of everything, from totals; nothing where the optimizer is sharded.
  private let update: SegmentWork
  private let isSharded: Bool
  private let counters: StepCounters
  private let segmentCount: Int
  /// One for each lane of the rank, and one for the courier's thread.
  private let workers: [SegmentWorker]
  /// An update that may begin during the backward pass; set before the first step.
  var early: (any EarlyUpdate)?

  init(_ core: ExchangeCore, _ plan: MessagePlan, _ counters: StepCounters, workers: Int) {
    let isSharded = core.buffers.totals == nil
    func work(_ kind: SegmentWork.Kind) -> SegmentWork {
      SegmentWork(
        plan.chunks(of: kind, shardsOptimizer: isSharded), taken: counters.taken[kind.rawValue])
    }
    sum = work(.sum)
    portion = work(.portion)
    revisits = [work(.revisit), work(.secondRevisit)]
    update = work(.update)
    self.isSharded = isSharded
    self.counters = counters
    segmentCount = plan.segments.count
    self.workers = (0...workers).map { _ in SegmentWorker(plan, core: core) }
  }

  /// The worker of the courier's thread.
  var courierWorker: Int { workers.count - 1 }

  /// Adds the own group's gradients in the next piece that is ready.
  ///
  /// - Returns: Whether there was one.
  func sumPiece(_ worker: Int, step: Int) -> Bool {
    if sum.pieces.isEmpty { return false }
    let ready = counters.written.least - step * segmentCount
    guard let piece = sum.take(step: step, ready: ready) else { return false }
    workers[worker].addLocally(piece)
    counters.summed[piece.segment].increment()
    return true
  }

  /// Adds all groups' gradients in the next piece that is ready, and visits the sums.
  ///
  /// - Returns: Whether there was one.
  func addPiece(
    _ worker: Int, step: Int, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) -> Bool {
    let gathered = counters.gathered.least - step * segmentCount
    if let piece = portion.take(step: step, ready: gathered) {
      if isSharded {
        workers[worker].addPortion(piece, keepsSums: keepsSums, visit: visit)
        if !keepsSums { counters.finished[piece.segment].increment() }
      } else {
        workers[worker].addTotals(piece)
        counters.finished[piece.segment].increment()
      }
      return true
    }
    if isSharded { return false }
    let arrived = counters.arrived.least - step * segmentCount
    guard let piece = update.take(step: step, ready: arrived) else { return false }
    workers[worker].visitTotals(piece, visit: visit)
    if !keepsSums { counters.updated.increment() }
    return true
  }

  /// Whether all pieces of sums have been taken; counters tell when they are done.
  func isTaken(step: Int) -> Bool {
    portion.isExhausted(step: step) && update.isExhausted(step: step)
  }

  /// Whether all updates from totals are done.
  func isUpdated(step: Int) -> Bool {
    counters.updated.value >= (step + 1) * update.pieces.count
  }

  /// Visits the next piece of the sums that were kept.
  ///
  /// - Parameters:
  ///   - worker: Whose memory to use.
  ///   - visits: Earlier walks in this step.
  ///   - step: The steps before this one.
  ///   - isLast: Whether parameters are final after it.
  ///   - visit: Gets a range of the arena and what was left there.
  /// - Returns: Whether there was one.
  func revisitPiece(
    _ worker: Int, visits: Int, step: Int, isLast: Bool,
    visit: (Range<Int>, FloatView) -> Void
  ) -> Bool {
    guard let piece = revisits[visits].take(step: step, ready: segmentCount) else { return false }
    if isSharded {
      workers[worker].revisitPortion(piece, visit: visit)
      if isLast { counters.finished[piece.segment].increment() }
    } else {
      workers[worker].visitTotals(piece, visit: visit)
      if isLast { counters.updated.increment() }
    }
    return true
  }

  /// What the rank's courier may do beside carrying: local sums, and updates that may be early.
  ///
  /// - Parameters:
  ///   - worker: Whose memory to use.
  ///   - step: The steps before this one.
  ///   - updates: Whether the step may be updated early.
  /// - Returns: Whether there was anything.
  func earlyPiece(_ worker: Int, step: Int, updates: Bool) -> Bool {
    if sumPiece(worker, step: step) { return true }
    guard updates, let early else { return false }
    return addPiece(worker, step: step, keepsSums: false) { early.update($0, $1) }
  }
}
