internal import COneDNN
internal import Tensors

/// oneDNN's choice of an implementation for an operation.
@safe
final class OneDNNChoice {
  let handle: dnnl_primitive_desc_t
  private let stream: ComputeStream
  private let detail: String

  /// Lets oneDNN choose.
  ///
  /// - Parameters:
  ///   - operation: one of oneDNN's operation descriptors.
  ///   - forward: the choice of the forward operation that this one is the backward of.
  ///   - accumulates: the result is added to what the destination holds.
  ///   - stream: the thread's stream.
  ///   - detail: the operation in words, for errors.
  /// - Throws: ``OperatorError`` where oneDNN has no implementation.
  init<Descriptor>(
    _ operation: Descriptor, backwardOf forward: OneDNNChoice? = nil, accumulates: Bool = false,
    stream: ComputeStream, detail: String
  ) throws(OperatorError) {
    let attributes = try unsafe accumulates ? Self.makeSumAttributes(detail) : nil
    defer { unsafe dnnl_primitive_attr_destroy(attributes) }
    var choice: dnnl_primitive_desc_t?
    let status = unsafe withUnsafePointer(to: operation) {
      unsafe dnnl_primitive_desc_create(
        &choice, UnsafeRawPointer($0), attributes, stream.engine, forward?.handle)
    }
    try check(status, "dnnl_primitive_desc_create", detail)
    guard let choice = unsafe choice else {
      throw .oneDNN(call: "dnnl_primitive_desc_create", status: -1, detail: detail)
    }
    unsafe handle = choice
    self.stream = stream
    self.detail = detail
  }

  /// Lets oneDNN choose among the implementations whose names do not contain a word.
  ///
  /// - Parameters:
  ///   - operation: one of oneDNN's operation descriptors.
  ///   - forward: the choice of the forward operation that this one is the backward of.
  ///   - word: what the names of the others contain, such as `1x1`.
  ///   - stream: the thread's stream.
  ///   - detail: the operation in words, for errors.
  /// - Throws: ``OperatorError`` where oneDNN has no other implementation.
  init<Descriptor>(
    _ operation: Descriptor, backwardOf forward: OneDNNChoice, avoiding word: String,
    stream: ComputeStream, detail: String
  ) throws(OperatorError) {
    // The iterator reads the descriptor for as long as it lives.
    let choice = unsafe withUnsafePointer(to: operation) { operation -> dnnl_primitive_desc_t? in
      var iterator: dnnl_primitive_desc_iterator_t?
      var status = unsafe dnnl_primitive_desc_iterator_create(
        &iterator, UnsafeRawPointer(operation), nil, stream.engine, forward.handle)
      defer { unsafe dnnl_primitive_desc_iterator_destroy(iterator) }
      while status == dnnl_success {
        guard let choice = unsafe dnnl_primitive_desc_iterator_fetch(iterator) else { break }
        if unsafe !Self.implementation(of: choice).contains(word) { return unsafe choice }
        unsafe dnnl_primitive_desc_destroy(choice)
        status = unsafe dnnl_primitive_desc_iterator_next(iterator)
      }
      return nil
    }
    guard let choice = unsafe choice else {
      throw .oneDNN(call: "dnnl_primitive_desc_iterator_next", status: -1, detail: detail)
    }
    unsafe handle = choice
    self.stream = stream
    self.detail = detail
  }

  /// The choice for moving elements from one order and type to another.
  init(
    reorderOf source: dnnl_memory_desc_t, into destination: dnnl_memory_desc_t,
    stream: ComputeStream, detail: String
  ) throws(OperatorError) {
    var (source, destination) = (source, destination)
    var choice: dnnl_primitive_desc_t?
    try unsafe check(
      dnnl_reorder_primitive_desc_create(
        &choice, &source, stream.engine, &destination, stream.engine, nil),
      "dnnl_reorder_primitive_desc_create", detail)
    guard let choice = unsafe choice else {
      throw .oneDNN(call: "dnnl_reorder_primitive_desc_create", status: -1, detail: detail)
    }
    unsafe handle = choice
    self.stream = stream
    self.detail = detail
  }

  deinit {
    unsafe dnnl_primitive_desc_destroy(handle)
  }

  /// Attributes that add a result to the destination.
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

  /// The name of the implementation, such as `brg:avx512_core`.
  var implementation: String { unsafe Self.implementation(of: handle) }

  private static func implementation(of choice: dnnl_primitive_desc_t) -> String {
    var name: UnsafePointer<CChar>?
    unsafe dnnl_primitive_desc_query(choice, dnnl_query_impl_info_str, 0, &name)
    return unsafe name.map { unsafe String(cString: $0) } ?? "unknown"
  }

  /// How a tensor is to be stored.
  ///
  /// - Parameter query: which one, such as `dnnl_query_weights_md`.
  /// - Returns: its description.
  func description(_ query: dnnl_query_t) -> dnnl_memory_desc_t {
    guard let description = unsafe dnnl_primitive_desc_query_md(handle, query, 0) else {
      preconditionFailure("\(detail) has no such tensor")
    }
    return unsafe description.pointee
  }

  /// Prepares the implementation.
  ///
  /// - Parameter arguments: oneDNN's names of the tensors, such as `DNNL_ARG_SRC`, and their memories.
  /// - Returns: the prepared computation.
  /// - Throws: ``OperatorError`` where oneDNN refuses.
  func makePrimitive(
    _ arguments: [(name: Int32, memory: OneDNNMemory)]
  ) throws(OperatorError) -> OneDNNPrimitive {
    try OneDNNPrimitive(self, arguments, stream: stream, detail: detail)
  }
}

/// A prepared computation of oneDNN with its arguments.
@safe
final class OneDNNPrimitive {
  private let primitive: dnnl_primitive_t
  private let stream: ComputeStream
  private let memories: [OneDNNMemory]
  private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

  fileprivate init(
    _ choice: OneDNNChoice, _ arguments: [(name: Int32, memory: OneDNNMemory)],
    stream: ComputeStream, detail: String
  ) throws(OperatorError) {
    var primitive: dnnl_primitive_t?
    try unsafe check(
      dnnl_primitive_create(&primitive, choice.handle), "dnnl_primitive_create", detail)
    guard let primitive = unsafe primitive else {
      throw .oneDNN(call: "dnnl_primitive_create", status: -1, detail: detail)
    }
    unsafe self.primitive = primitive
    self.stream = stream
    memories = arguments.map(\.memory)
    let list = UnsafeMutableBufferPointer<dnnl_exec_arg_t>.allocate(capacity: arguments.count)
    for (index, argument) in arguments.enumerated() {
      unsafe list.initializeElement(
        at: index, to: dnnl_exec_arg_t(arg: argument.name, memory: argument.memory.handle))
    }
    unsafe self.arguments = list
  }

  deinit {
    unsafe dnnl_primitive_destroy(primitive)
    unsafe arguments.deallocate()
  }

  /// Computes, on the places that the memories point at.
  func execute() {
    let status = unsafe dnnl_primitive_execute(
      primitive, stream.stream, Int32(arguments.count), arguments.baseAddress)
    precondition(status == dnnl_success, "oneDNN failed to execute what it had prepared")
  }
}
