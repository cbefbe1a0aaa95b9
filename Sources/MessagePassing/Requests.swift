internal import CMPI

/// Messages on their way; their bytes stay untouched until ``Communicator/wait(for:)`` returns.
///
/// A set is used again once it is complete, so that steady use allocates nothing. It belongs to one
/// communicator's thread.
@safe
package struct Requests: ~Copyable {
  let handle: OpaquePointer

  /// Makes an empty set.
  ///
  /// - Throws: ``MPIError`` without memory.
  package init() throws(MPIError) {
    guard let handle = unsafe cmpi_requests_create() else {
      throw MPIError(operation: "a set of messages", code: Int32(CMPI_NO_MEMORY))
    }
    unsafe self.handle = handle
  }

  deinit {
    unsafe cmpi_requests_destroy(handle)
  }
}
