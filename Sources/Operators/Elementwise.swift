internal import CKernels
package import Tensors

/// Operations on whole runs of numbers.
package enum Elementwise {
  /// Adds one run to another.
  package static func add(_ addend: FloatView, to sum: FloatView) {
    assert(addend.count == sum.count)
    unsafe ck_add(sum.pointer, addend.pointer, sum.pointer, sum.count)
  }

  /// Whether no element is a NaN or an infinity.
  package static func isFinite(_ view: FloatView) -> Bool {
    unsafe ck_all_finite(view.pointer, view.count)
  }
}
