internal import COneDNN
internal import Tensors

/// A oneDNN memory object over floats that somebody else owns; the place is set at every use.
@safe
final class FloatMemory {
  let handle: dnnl_memory_t
  let count: Int
  private var place: UnsafeMutablePointer<Float>?

  /// A plain two-dimensional matrix of `rows` x `columns`, stored transposed where asked.
  convenience init(
    rows: Int, columns: Int, isTransposed: Bool, stream: ComputeStream
  ) throws(OperatorError) {
    try self.init(
      Self.matrix(rows: rows, columns: columns, isTransposed: isTransposed), stream: stream,
      detail: "a matrix of \(rows) x \(columns)")
  }

  /// A memory of any form.
  init(
    _ descriptor: dnnl_memory_desc_t, stream: ComputeStream, detail: @autoclosure () -> String
  ) throws(OperatorError) {
    var descriptor = descriptor
    var memory: dnnl_memory_t?
    try unsafe check(
      dnnl_memory_create(&memory, &descriptor, stream.engine, nil), "dnnl_memory_create", detail())
    guard let memory = unsafe memory else {
      throw .oneDNN(call: "dnnl_memory_create", status: -1, detail: detail())
    }
    unsafe self.handle = memory
    count = unsafe dnnl_memory_desc_get_size(&descriptor) / MemoryLayout<Float>.stride
  }

  deinit {
    unsafe dnnl_memory_destroy(handle)
  }

  /// Points the memory at a view, for the next execution.
  func point(at view: FloatView) {
    assert(view.count == count, "a view of \(view.count) floats for a memory of \(count)")
    // oneDNN clears a form's padding whenever it is told a place, even the same.
    if unsafe place == view.pointer { return }
    unsafe dnnl_memory_set_data_handle(handle, view.pointer)
    unsafe place = view.pointer
  }

  /// The descriptor of a row-major matrix, or of the transpose of one.
  static func matrix(rows: Int, columns: Int, isTransposed: Bool) -> dnnl_memory_desc_t {
    var descriptor = dnnl_memory_desc_t()
    let sizes = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    let strides = isTransposed ? [1, dnnl_dim_t(rows)] : [dnnl_dim_t(columns), 1]
    unsafe dnnl_memory_desc_init_by_strides(&descriptor, 2, sizes, dnnl_f32, strides)
    return descriptor
  }

  /// The descriptor of a matrix whose form is oneDNN's to choose.
  static func anyMatrix(rows: Int, columns: Int) -> dnnl_memory_desc_t {
    var descriptor = dnnl_memory_desc_t()
    let sizes = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    unsafe dnnl_memory_desc_init_by_tag(&descriptor, 2, sizes, dnnl_f32, dnnl_format_tag_any)
    return descriptor
  }
}
