internal import CMPI

/// Zeroed memory that all ranks of a node read and write; heap where a node has one rank.
///
/// Whoever uses it orders the accesses of different ranks by barriers of its own.
@safe
package final class SharedWindow: @unchecked Sendable {
  /// The memory, aligned to 4096 bytes; valid until ``free()``.
  package let memory: UnsafeMutableRawBufferPointer
  /// The handle; nil when freed.
  ///
  /// Only the thread that started the world touches it.
  private var handle: OpaquePointer?
  private let isPrivate: Bool

  /// Allocates the window; collective over the node, if one is given.
  ///
  /// - Parameters:
  ///   - byteCount: The size; the node's first rank's choice counts.
  ///   - node: The ranks of one node; nil for memory of this rank alone.
  /// - Throws: ``MPIError`` where MPI fails, or where the shared-memory file system is too small:
  ///   its hint says how a container gets more.
  package init(byteCount: Int, node: Communicator?) throws(MPIError) {
    var window: OpaquePointer?
    var available = 0
    let code = unsafe cmpi_window_create(node?.handle, byteCount, &window, &available)
    guard code == 0, let window = unsafe window, let base = unsafe cmpi_window_memory(window) else {
      throw MPIError(
        operation: "shared window of \(Self.text(byteCount)) for \(node?.size ?? 1) ranks",
        code: code,
        hint: code == Int32(CMPI_NO_SHARED_MEMORY) ? Self.hint(byteCount, available) : nil)
    }
    unsafe self.handle = window
    unsafe self.memory = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    self.isPrivate = node == nil || node?.size == 1
  }

  /// Frees the memory; collective over the node.
  ///
  /// A window that was not freed lives as long as the process.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func free() throws(MPIError) {
    guard let window = unsafe handle else { return }
    unsafe handle = nil
    try check(unsafe cmpi_window_free(window), "freeing a shared window")
  }

  deinit {
    // Freeing a shared one is collective, and after an error the others may never come.
    if isPrivate, let window = unsafe handle { _ = unsafe cmpi_window_free(window) }
  }

  private static func text(_ byteCount: Int) -> String {
    byteCount < 10 << 20 ? "\(byteCount) bytes" : "\(byteCount >> 20) MiB"
  }

  private static func hint(_ byteCount: Int, _ available: Int) -> String {
    let mebibytes = (byteCount >> 20) * 5 / 4 + 64
    return
      "/dev/shm has \(text(available)) left; start a container with `--shm-size=\(mebibytes)m`,"
      + " or set `distributed.reducer: message`, which needs none"
  }
}
