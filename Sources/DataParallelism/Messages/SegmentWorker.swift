internal import Tensors

/// How one thread does pieces of work: its sums, with scratch memory of its own.
final class SegmentWorker: Sendable {
  private let plan: MessagePlan
  private let totals: FloatView?
  /// The sums that the group sends, of more than one lane each.
  private let localSums: [TreeSum]
  /// For each segment the sum of all groups' gradients in the own portion.
  private let portionSums: [TreeSum]

  init(_ plan: MessagePlan, core: ExchangeCore) {
    let scratch = FloatStorage(count: ArenaLayout.chunk)
    self.plan = plan
    totals = core.buffers.totals
    localSums = plan.ownPlan.parts.filter { $0.inputs.count > 1 }.map { part in
      TreeSum(
        part.inputs.map { core.slot(lane: $0.lane, $0.slot) }, program: part.program,
        scratch: scratch, roundedCount: core.roundedCount)
    }
    let received = Dictionary(
      grouping: zip(plan.receivedParts, core.buffers.received), by: { $0.0.group })
    portionSums = (0..<plan.segments.count).map { segment in
      let elements = plan.portions[segment]
      let room = plan.receivedRange(elements, segment: segment)
      let parts = plan.groupPlans.indices.flatMap { group in
        group == plan.groups.own
          ? plan.ownPlan.laneParts.map { core.slot(lane: $0.lane, $0.slot)[elements] }
          : (received[group] ?? []).map { $0.1[room] }
      }
      // A segment has parameters or statistics, never both.
      let isRounded = elements.lowerBound < core.roundedCount
      return TreeSum(
        parts, program: plan.program, scratch: scratch,
        roundedCount: isRounded ? elements.count : 0)
    }
  }

  /// Adds the group's own gradients, each sum in the place of its first part.
  func addLocally(_ piece: SegmentWork.Piece) {
    let elements = plan.arena.elements(ofChunks: piece.chunks)
    for sum in localSums { sum.store(elements) }
  }

  /// Adds all groups' gradients in a piece of the own portion, chunk by chunk.
  ///
  /// - Parameters:
  ///   - piece: The piece.
  ///   - keepsSums: Whether ``revisitPortion(_:visit:)`` is to find what `visit` leaves.
  ///   - visit: Gets a range of the arena and the sum there.
  func addPortion(
    _ piece: SegmentWork.Piece, keepsSums: Bool, visit: (Range<Int>, FloatView) -> Void
  ) {
    let sum = portionSums[piece.segment]
    forEachChunk(piece) { range, local in
      if keepsSums {
        sum.store(local)
        visit(range, sum.destination[local])
      } else {
        visit(range, sum(local))
      }
    }
  }

  /// Adds all groups' gradients in a piece of the own portion into the buffer of totals.
  func addTotals(_ piece: SegmentWork.Piece) {
    guard let totals else { preconditionFailure("no totals are held") }
    let sum = portionSums[piece.segment]
    forEachChunk(piece) { range, local in sum.write(local, into: totals[range]) }
  }

  /// Walks again through sums that were kept.
  func revisitPortion(_ piece: SegmentWork.Piece, visit: (Range<Int>, FloatView) -> Void) {
    let kept = portionSums[piece.segment].destination
    forEachChunk(piece) { range, local in visit(range, kept[local]) }
  }

  /// Walks through a piece of the buffer of totals.
  func visitTotals(_ piece: SegmentWork.Piece, visit: (Range<Int>, FloatView) -> Void) {
    guard let totals else { preconditionFailure("no totals are held") }
    for chunk in piece.chunks {
      let range = plan.arena.elements(ofChunks: chunk..<(chunk + 1))
      visit(range, totals[range])
    }
  }

  /// Calls a closure with each chunk's elements, in the arena and in the own portion.
  private func forEachChunk(
    _ piece: SegmentWork.Piece, _ body: (Range<Int>, Range<Int>) -> Void
  ) {
    let start = plan.portions[piece.segment].lowerBound
    for chunk in piece.chunks {
      let range = plan.arena.elements(ofChunks: chunk..<(chunk + 1))
      body(range, (range.lowerBound - start)..<(range.upperBound - start))
    }
  }
}
