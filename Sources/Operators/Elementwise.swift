internal import CKernels
package import Tensors

/// Operations on whole runs of numbers.
package enum Elementwise {
  /// Adds one run to another of the same type.
  package static func add(_ addend: ElementView, to sum: ElementView) {
    assert(addend.count == sum.count)
    switch sum.type {
    case .float32:
      let sum = sum.floats
      unsafe ck_add(sum.pointer, addend.floats.pointer, sum.pointer, sum.count)
    case .bfloat16:
      unsafe ck_add_bf16(sum.bfloat16Bits, addend.bfloat16Bits, sum.bfloat16Bits, sum.count)
    }
  }

  /// Whether no element is a NaN or an infinity.
  package static func isFinite(_ view: ElementView) -> Bool {
    switch view.type {
    case .float32: unsafe ck_all_finite(view.floats.pointer, view.count)
    case .bfloat16: unsafe ck_all_finite_bf16(view.bfloat16Bits, view.count)
    }
  }

  /// Multiplies every element, then cuts it to `-limit...limit`.
  package static func scale(_ view: FloatView, by scale: Float, clampedTo limit: Float) {
    unsafe ck_scale_clamp(view.pointer, view.count, scale, limit)
  }
}
