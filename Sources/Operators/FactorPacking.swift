internal import COneDNN
public import Tensors

/// Brings a matrix into the form that a prepared product reads fastest.
///
/// oneDNN's small products spend up to a third of their time on this when it is left to them.
@safe
public final class FactorPacking {
  /// Floats of the packed form, which may be padded.
  public let count: Int
  private let primitive: dnnl_primitive_t
  private let plain: FloatMemory
  private let packed: FloatMemory
  private let stream: ComputeStream
  private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

  init(
    from plainForm: dnnl_memory_desc_t, to packedForm: dnnl_memory_desc_t, stream: ComputeStream,
    detail: String
  ) throws(OperatorError) {
    self.stream = stream
    plain = try FloatMemory(plainForm, stream: stream, detail: detail)
    packed = try FloatMemory(packedForm, stream: stream, detail: detail)
    count = packed.count
    var plainForm = plainForm
    var packedForm = packedForm
    var descriptor: dnnl_primitive_desc_t?
    try unsafe check(
      dnnl_reorder_primitive_desc_create(
        &descriptor, &plainForm, stream.engine, &packedForm, stream.engine, nil),
      "dnnl_reorder_primitive_desc_create", detail)
    defer { unsafe dnnl_primitive_desc_destroy(descriptor) }
    var primitive: dnnl_primitive_t?
    try unsafe check(
      dnnl_primitive_create(&primitive, descriptor), "dnnl_primitive_create", detail)
    guard let primitive = unsafe primitive else {
      throw .oneDNN(call: "dnnl_primitive_create", status: -1, detail: detail)
    }
    unsafe self.primitive = primitive
    let arguments = UnsafeMutableBufferPointer<dnnl_exec_arg_t>.allocate(capacity: 2)
    unsafe arguments.initialize(
      repeating: dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: packed.handle))
    unsafe arguments[1] = dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: plain.handle)
    unsafe self.arguments = arguments
  }

  deinit {
    unsafe dnnl_primitive_destroy(primitive)
    unsafe arguments.deallocate()
  }

  /// Packs a factor.
  ///
  /// - Parameters:
  ///   - factor: the factor as the product was told that it is stored.
  ///   - destination: ``count`` floats.
  public func execute(_ factor: FloatView, into destination: FloatView) {
    plain.point(at: factor)
    packed.point(at: destination)
    let status = unsafe dnnl_primitive_execute(
      primitive, stream.stream, 2, arguments.baseAddress)
    precondition(status == dnnl_success, "oneDNN failed to pack a factor")
  }
}
