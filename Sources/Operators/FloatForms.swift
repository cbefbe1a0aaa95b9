package import Tensors

// The forms of operators for callers that hold float32 views, where an operator takes either type.

extension Elementwise {
  /// Adds one run to another.
  package static func add(_ addend: FloatView, to sum: FloatView) {
    add(ElementView(addend), to: ElementView(sum))
  }

  /// Whether no element is a NaN or an infinity.
  package static func isFinite(_ view: FloatView) -> Bool { isFinite(ElementView(view)) }
}
