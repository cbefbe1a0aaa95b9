internal import COneDNN
public import Tensors

/// A prepared matrix product: destination [rows, columns] = left [rows, inner] x right [inner, columns],
/// with an optional bias [columns] added to every row.
///
/// Either factor may be stored transposed, so that one primitive serves `x W^T`, `dy W` and `dy^T x`
/// without a copy. On one core oneDNN's matmul runs these at 80 to 98 % of the float32 peak from 32
/// rows on; its inner product is slower, and costs twice as much a call in small networks. Activations
/// are not fused: oneDNN's ReLU turns a NaN into 0, and ours costs less than 1 % of the product.
@safe
public final class Matmul {
  private let primitive: dnnl_primitive_t
  private let left: FloatMemory
  private let right: FloatMemory
  private let bias: FloatMemory?
  private let destination: FloatMemory
  private let stream: ComputeStream
  private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

  /// The name of oneDNN's implementation, such as `brg:avx512_core`.
  public let implementation: String

  /// What brings the right factor into the form that the product takes; nil where it takes it as it
  /// is stored.
  public let packing: FactorPacking?

  /// Prepares a product for fixed sizes.
  ///
  /// - Parameters:
  ///   - rows: rows of the destination.
  ///   - columns: columns of the destination.
  ///   - inner: the summed dimension.
  ///   - leftIsTransposed: the left factor is stored as [inner, rows].
  ///   - rightIsTransposed: the right factor is stored as [columns, inner].
  ///   - hasBias: a bias is given at every execution.
  ///   - accumulates: the product is added to what the destination holds.
  ///   - packsRight: the right factor comes through ``packing``, which pays where one factor serves
  ///     many products of few rows: oneDNN otherwise does the same at every execution.
  ///   - stream: the thread's stream.
  /// - Throws: ``OperatorError`` where oneDNN has no implementation.
  public init(
    rows: Int, columns: Int, inner: Int, leftIsTransposed: Bool = false,
    rightIsTransposed: Bool = false, hasBias: Bool = false, accumulates: Bool = false,
    packsRight: Bool = false, stream: ComputeStream
  ) throws(OperatorError) {
    self.stream = stream
    left = try FloatMemory(
      rows: rows, columns: inner, isTransposed: leftIsTransposed, stream: stream)
    destination = try FloatMemory(rows: rows, columns: columns, isTransposed: false, stream: stream)
    bias =
      hasBias
      ? try FloatMemory(rows: 1, columns: columns, isTransposed: false, stream: stream) : nil
    let detail = "a product of \(rows) x \(inner) and \(inner) x \(columns)"
    let plainRight = FloatMemory.matrix(
      rows: inner, columns: columns, isTransposed: rightIsTransposed)
    let prepared = try Self.prepare(
      left: FloatMemory.matrix(rows: rows, columns: inner, isTransposed: leftIsTransposed),
      right: packsRight ? FloatMemory.anyMatrix(rows: inner, columns: columns) : plainRight,
      bias: hasBias ? FloatMemory.matrix(rows: 1, columns: columns, isTransposed: false) : nil,
      destination: FloatMemory.matrix(rows: rows, columns: columns, isTransposed: false),
      accumulates: accumulates, stream: stream, detail: detail)
    unsafe primitive = prepared.primitive
    implementation = prepared.implementation
    right = try FloatMemory(prepared.right, stream: stream, detail: detail)
    packing =
      packsRight
      ? try FactorPacking(
        from: plainRight, to: prepared.right, stream: stream, detail: detail) : nil
    let arguments = UnsafeMutableBufferPointer<dnnl_exec_arg_t>.allocate(capacity: 4)
    unsafe arguments.initialize(
      repeating: dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: destination.handle))
    unsafe arguments[1] = dnnl_exec_arg_t(arg: DNNL_ARG_SRC_0, memory: left.handle)
    unsafe arguments[2] = dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS_0, memory: right.handle)
    if let bias {
      unsafe arguments[3] = dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: bias.handle)
    }
    unsafe self.arguments = arguments
  }

  deinit {
    unsafe dnnl_primitive_destroy(primitive)
    unsafe arguments.deallocate()
  }

  /// Computes the product.
  ///
  /// - Precondition: the views have the prepared sizes, the right one that of ``packing`` if there
  ///   is one, and `bias` is given if and only if it was prepared.
  public func execute(
    _ leftView: FloatView, _ rightView: FloatView, bias biasView: FloatView? = nil,
    into destinationView: FloatView
  ) {
    left.point(at: leftView)
    right.point(at: rightView)
    destination.point(at: destinationView)
    if let bias, let biasView { bias.point(at: biasView) }
    let status = unsafe dnnl_primitive_execute(
      primitive, stream.stream, bias == nil ? 3 : 4, arguments.baseAddress)
    precondition(status == dnnl_success, "oneDNN failed to execute a prepared product")
  }

  /// What oneDNN made of a description.
  @safe
  private struct Prepared {
    var primitive: dnnl_primitive_t
    var implementation: String
    /// The form in which it takes the right factor.
    var right: dnnl_memory_desc_t
  }

  private static func prepare(
    left: dnnl_memory_desc_t, right: dnnl_memory_desc_t, bias: dnnl_memory_desc_t?,
    destination: dnnl_memory_desc_t, accumulates: Bool, stream: ComputeStream, detail: String
  ) throws(OperatorError) -> Prepared {
    var left = left
    var right = right
    var destination = destination
    var descriptor = dnnl_matmul_desc_t()
    if var bias = bias {
      try unsafe check(
        dnnl_matmul_desc_init(&descriptor, &left, &right, &bias, &destination),
        "dnnl_matmul_desc_init", detail)
    } else {
      try unsafe check(
        dnnl_matmul_desc_init(&descriptor, &left, &right, nil, &destination),
        "dnnl_matmul_desc_init", detail)
    }
    let attributes = try unsafe accumulates ? makeSumAttributes(detail) : nil
    defer { unsafe dnnl_primitive_attr_destroy(attributes) }
    var primitiveDescriptor: dnnl_primitive_desc_t?
    try unsafe check(
      dnnl_primitive_desc_create(&primitiveDescriptor, &descriptor, attributes, stream.engine, nil),
      "dnnl_primitive_desc_create", detail)
    defer { unsafe dnnl_primitive_desc_destroy(primitiveDescriptor) }
    var primitive: dnnl_primitive_t?
    try unsafe check(
      dnnl_primitive_create(&primitive, primitiveDescriptor), "dnnl_primitive_create", detail)
    guard let primitive = unsafe primitive else {
      throw .oneDNN(call: "dnnl_primitive_create", status: -1, detail: detail)
    }
    var name: UnsafePointer<CChar>?
    unsafe dnnl_primitive_desc_query(primitiveDescriptor, dnnl_query_impl_info_str, 0, &name)
    let chosen = unsafe dnnl_primitive_desc_query_md(
      primitiveDescriptor, dnnl_query_weights_md, 0)
    return unsafe Prepared(
      primitive: primitive, implementation: name.map { unsafe String(cString: $0) } ?? "unknown",
      right: chosen?.pointee ?? right)
  }

  /// Attributes that add the product to the destination.
  private static func makeSumAttributes(
    _ detail: String
  ) throws(OperatorError) -> dnnl_primitive_attr_t? {
    var operations: dnnl_post_ops_t?
    try unsafe check(dnnl_post_ops_create(&operations), "dnnl_post_ops_create", detail)
    defer { unsafe dnnl_post_ops_destroy(operations) }
    try unsafe check(dnnl_post_ops_append_sum(operations, 1), "dnnl_post_ops_append_sum", detail)
    var attributes: dnnl_primitive_attr_t?
    try unsafe check(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create", detail)
    try unsafe check(
      dnnl_primitive_attr_set_post_ops(attributes, operations),
      "dnnl_primitive_attr_set_post_ops", detail)
    return unsafe attributes
  }
}
