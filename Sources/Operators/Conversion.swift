internal import CKernels
package import Tensors

extension Elementwise {
  /// Writes the elements of one run as those of another, whatever the types of both.
  ///
  /// What bfloat16 cannot hold is rounded to the nearest, ties to even. The runs may not overlap.
  package static func convert(_ source: ElementView, into destination: ElementView) {
    assert(source.count == destination.count)
    switch (source.type, destination.type) {
    case (.float32, .bfloat16):
      unsafe ck_round_bf16(source.floats.pointer, destination.bfloat16Bits, source.count)
    case (.bfloat16, .float32):
      unsafe ck_widen_bf16(source.bfloat16Bits, destination.floats.pointer, source.count)
    case (.float32, .float32), (.bfloat16, .bfloat16):
      unsafe destination.pointer.copyMemory(
        from: source.pointer, byteCount: source.count * source.type.byteCount)
    }
  }
}

extension ElementType {
  /// The type as kernels for both take it.
  var code: ck_element_type {
    switch self {
    case .float32: CK_FLOAT32
    case .bfloat16: CK_BFLOAT16
    }
  }
}
