internal import COneDNN
internal import Tensors

/// A oneDNN memory object over elements that somebody else owns; the place is set at every use.
@safe
final class OneDNNMemory {
  let handle: dnnl_memory_t
  /// Bytes of the memory.
  let byteCount: Int
  private var place: UnsafeMutableRawPointer?

  /// A memory of the given description.
  init(
    _ description: dnnl_memory_desc_t, stream: ComputeStream, detail: @autoclosure () -> String
  ) throws(OperatorError) {
    var description = description
    var memory: dnnl_memory_t?
    // No data handle yet: oneDNN would allocate for DNNL_MEMORY_ALLOCATE, and takes nil for none.
    try unsafe check(
      dnnl_memory_create(&memory, &description, stream.engine, nil), "dnnl_memory_create",
      detail())
    guard let memory = unsafe memory else {
      throw .oneDNN(call: "dnnl_memory_create", status: -1, detail: detail())
    }
    unsafe self.handle = memory
    byteCount = unsafe dnnl_memory_desc_get_size(&description)
  }

  deinit {
    unsafe dnnl_memory_destroy(handle)
  }

  /// Points the memory at a view, for the next execution.
  func point(at view: ElementView) {
    assert(
      view.count * view.type.byteCount == byteCount,
      "a view of \(view.count) \(view.type) for a memory of \(byteCount) bytes")
    unsafe set(view.pointer)
  }

  /// Points the memory at room for what is stored in an order of oneDNN's own.
  func point(at room: FloatView) {
    assert(
      room.count * MemoryLayout<Float>.stride >= byteCount,
      "a room of \(room.count) floats for a memory of \(byteCount) bytes")
    unsafe set(room.pointer)
  }

  private func set(_ pointer: UnsafeMutableRawPointer) {
    // oneDNN clears a form's padding whenever it is told a place, even the same.
    if unsafe place == pointer { return }
    unsafe dnnl_memory_set_data_handle(handle, pointer)
    unsafe place = pointer
  }
}

extension ElementType {
  /// oneDNN's name of the type.
  var oneDNN: dnnl_data_type_t {
    switch self {
    case .float32: dnnl_f32
    case .bfloat16: dnnl_bf16
    }
  }
}

extension dnnl_memory_desc_t {
  /// A plain tensor, its last axis the fastest; the axes are named in the given order of sizes, and
  /// stored in the order of `storage`.
  ///
  /// - Parameters:
  ///   - sizes: the sizes of the axes as oneDNN names them.
  ///   - storage: the axes, slowest first; nil for the order of `sizes`.
  ///   - type: how an element is stored.
  /// - Returns: the description.
  static func plain(_ sizes: [Int], storage: [Int]? = nil, _ type: ElementType) -> Self {
    var strides = [dnnl_dim_t](repeating: 1, count: sizes.count)
    var stride = 1
    for axis in (storage ?? Array(sizes.indices)).reversed() {
      strides[axis] = dnnl_dim_t(stride)
      stride *= sizes[axis]
    }
    var description = dnnl_memory_desc_t()
    // The header asks for arrays of 12 but reads as many as there are axes.
    unsafe dnnl_memory_desc_init_by_strides(
      &description, Int32(sizes.count), sizes.map(dnnl_dim_t.init), type.oneDNN, strides)
    return description
  }

  /// A tensor whose order oneDNN may choose.
  static func any(_ sizes: [Int], _ type: ElementType) -> Self {
    var description = dnnl_memory_desc_t()
    unsafe dnnl_memory_desc_init_by_tag(
      &description, Int32(sizes.count), sizes.map(dnnl_dim_t.init), type.oneDNN,
      dnnl_format_tag_any)
    return description
  }

  /// Whether the elements lie as in another description.
  func isEqual(to other: Self) -> Bool {
    var (first, second) = (self, other)
    return unsafe dnnl_memory_desc_equal(&first, &second) != 0
  }

  /// Floats of room for the tensor.
  var floatCount: Int {
    var description = self
    return unsafe (dnnl_memory_desc_get_size(&description) + 3) / 4
  }
}
