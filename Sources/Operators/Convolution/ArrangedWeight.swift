internal import COneDNN
internal import Tensors

/// A weight in the order and type that a primitive wants, or its gradient on the way back.
///
/// Weights lie in the arena in PyTorch's order and float32; oneDNN's fast kernels want blocks of
/// channels. The reorder costs one pass over the weight in every execution, little beside the
/// convolution itself, and nothing where the orders are the same.
final class ArrangedWeight {
  /// The weight as the primitive sees it.
  let memory: OneDNNMemory
  /// Floats of room that the arranged weight takes; 0 where none is needed.
  let roomCount: Int
  private let plain: OneDNNMemory
  private let reorder: OneDNNPrimitive?

  /// Prepares the reorder.
  ///
  /// - Parameters:
  ///   - plain: the weight's sizes, in PyTorch's order.
  ///   - arranged: what the primitive wants, or gives.
  ///   - isGradient: whether the primitive writes it.
  ///   - stream: the thread's stream.
  ///   - detail: the convolution in words, for errors.
  /// - Throws: ``OperatorError`` where oneDNN refuses.
  init(
    _ plain: dnnl_memory_desc_t, _ arranged: dnnl_memory_desc_t, isGradient: Bool = false,
    stream: ComputeStream, detail: String
  ) throws(OperatorError) {
    self.plain = try OneDNNMemory(plain, stream: stream, detail: detail)
    memory = try OneDNNMemory(arranged, stream: stream, detail: detail)
    if arranged.isEqual(to: plain) {
      roomCount = 0
      reorder = nil
      return
    }
    roomCount = FloatView.aligned(arranged.floatCount)
    let (from, to) = isGradient ? (memory, self.plain) : (self.plain, memory)
    reorder = try OneDNNChoice(
      reorderOf: isGradient ? arranged : plain, into: isGradient ? plain : arranged,
      stream: stream, detail: "the order of the weight of \(detail)"
    ).makePrimitive([(DNNL_ARG_FROM, from), (DNNL_ARG_TO, to)])
  }

  /// Brings a weight into order, before the primitive runs.
  func arrange(_ weight: FloatView, in room: FloatView) {
    place(weight, in: room)
    reorder?.execute()
  }

  /// Says where the gradient goes, before the primitive runs.
  func place(_ gradient: FloatView, in room: FloatView) {
    if reorder == nil {
      memory.point(at: ElementView(gradient))
    } else {
      plain.point(at: ElementView(gradient))
      memory.point(at: room)
    }
  }

  /// Brings the gradient into PyTorch's order, after the primitive ran.
  func restore() {
    reorder?.execute()
  }
}
