internal import COneDNN
internal import Tensors

/// A oneDNN memory object over floats that somebody else owns; the place is set at every use.
@safe
final class FloatMemory {
  let handle: dnnl_memory_t
  let count: Int

  /// A plain two-dimensional matrix of `rows` x `columns`, stored transposed where asked.
  init(
    rows: Int, columns: Int, isTransposed: Bool, stream: ComputeStream
  ) throws(OperatorError) {
    var descriptor = Self.matrix(rows: rows, columns: columns, isTransposed: isTransposed)
    var memory: dnnl_memory_t?
    try unsafe check(
      dnnl_memory_create(&memory, &descriptor, stream.engine, nil), "dnnl_memory_create",
      "a matrix of \(rows) x \(columns)")
    guard let memory = unsafe memory else {
      throw .oneDNN(call: "dnnl_memory_create", status: -1, detail: "\(rows) x \(columns)")
    }
    unsafe self.handle = memory
    self.count = rows * columns
  }

  deinit {
    unsafe dnnl_memory_destroy(handle)
  }

  /// Points the memory at a view, for the next execution.
  func point(at view: FloatView) {
    assert(view.count == count, "a view of \(view.count) floats for a memory of \(count)")
    unsafe dnnl_memory_set_data_handle(handle, view.pointer)
  }

  /// The descriptor of a row-major matrix, or of the transpose of one.
  static func matrix(rows: Int, columns: Int, isTransposed: Bool) -> dnnl_memory_desc_t {
    var descriptor = dnnl_memory_desc_t()
    let sizes = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    let strides = isTransposed ? [1, dnnl_dim_t(rows)] : [dnnl_dim_t(columns), 1]
    unsafe dnnl_memory_desc_init_by_strides(&descriptor, 2, sizes, dnnl_f32, strides)
    return descriptor
  }
}
