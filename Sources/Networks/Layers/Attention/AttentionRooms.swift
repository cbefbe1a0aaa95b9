internal import Operators
internal import Tensors

/// Where the parts of ``AttentionOperation`` lie in the memory that the planner gives it.
///
/// Training saves the projected rows, the result and the softmaxes' statistics for the backward
/// pass; inference needs the first two within the call only.
struct AttentionRooms {
  /// The projected queries, keys and values.
  let projected: FloatView
  /// The attention's result, before the linear map out of it.
  let result: FloatView
  /// What backward needs of the softmaxes; nil in inference.
  let statistics: FloatView?
  /// The gradient of the result; nil in inference.
  let resultGradient: FloatView?
  /// The attention's scratch.
  let scratch: FloatView

  /// The sizes of the parts, each on a planned border of 16 floats.
  struct Sizes {
    let projected: Int
    let result: Int
    let attention: Attention
    let isTraining: Bool

    private var statistics: Int { attention.statisticsCount }

    private var attentionScratch: Int {
      isTraining
        ? max(attention.forwardScratchCount, attention.backwardScratchCount)
        : attention.forwardScratchCount
    }

    /// Floats that forward leaves for backward.
    var saved: Int {
      isTraining ? FloatView.aligned(projected) + FloatView.aligned(result) + statistics : 0
    }

    /// Floats within one call.
    var scratch: Int {
      attentionScratch
        + (isTraining
          ? FloatView.aligned(result) : FloatView.aligned(projected) + FloatView.aligned(result))
    }

    /// Divides the memory.
    func rooms(saved: FloatView, scratch: FloatView) -> AttentionRooms {
      var (savedParts, scratchParts) = (Parts(of: saved), Parts(of: scratch))
      guard isTraining else {
        return AttentionRooms(
          projected: scratchParts.next(projected), result: scratchParts.next(result),
          statistics: nil, resultGradient: nil, scratch: scratchParts.next(attentionScratch))
      }
      return AttentionRooms(
        projected: savedParts.next(projected), result: savedParts.next(result),
        statistics: savedParts.next(statistics), resultGradient: scratchParts.next(result),
        scratch: scratchParts.next(attentionScratch))
    }
  }

  /// Cuts parts off a view, one after the other.
  private struct Parts {
    private let view: FloatView
    private var offset = 0

    init(of view: FloatView) { self.view = view }

    mutating func next(_ count: Int) -> FloatView {
      defer { offset += FloatView.aligned(count) }
      return view[offset..<(offset + count)]
    }
  }
}
