internal import CMPI

/// The ranks that talk to each other.
///
/// All calls come from one thread, the one that started the world; that is also why it may be
/// stored where other threads see it. A collective call must be made by every rank, in the same
/// order.
@safe
package final class Communicator: @unchecked Sendable {
  /// This process's number, from 0.
  package let rank: Int
  /// The number of ranks.
  package let size: Int
  /// Milliseconds after which a wait for messages fails; 0, the default: never.
  package var stallLimit: UInt32 = 0
  let handle: OpaquePointer

  /// Takes over a handle; its owner is the world.
  init(owning handle: OpaquePointer) {
    unsafe self.handle = handle
    self.rank = Int(unsafe cmpi_rank(handle))
    self.size = Int(unsafe cmpi_size(handle))
  }

  /// Whether the serial stand-in serves this communicator, without MPI.
  package var isSerial: Bool { unsafe cmpi_is_serial(handle) }

  /// Sets whether waiting gives up its core: where threads are more than cores.
  package func setCrowded(_ isCrowded: Bool) {
    unsafe cmpi_set_crowded(handle, isCrowded)
  }

  /// Sets the largest message, in bytes (default 1 GiB); longer ones travel in pieces.
  ///
  /// Every rank must set the same.
  package func setPiece(_ byteCount: Int) {
    precondition(byteCount > 0, "a message of \(byteCount) bytes")
    unsafe cmpi_set_piece(handle, byteCount)
  }

  /// Returns when every rank has called it; collective.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func barrier() throws(MPIError) {
    try check(unsafe cmpi_barrier(handle), "a barrier of \(size) ranks")
  }

  /// Copies one rank's bytes to all; collective.
  ///
  /// - Parameters:
  ///   - bytes: The source at the root, the destination elsewhere; the same size on every rank.
  ///   - root: The rank whose bytes count.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(MPIError) {
    try check(
      unsafe cmpi_broadcast(handle, bytes.baseAddress, bytes.count, Int32(root)),
      "broadcast of \(bytes.count) bytes from rank \(root)")
  }

  /// Starts a message to another rank.
  ///
  /// - Parameters:
  ///   - bytes: What to send; untouched until the set of requests is complete.
  ///   - peer: The rank to send to, not this one.
  ///   - tag: Tells messages between the same ranks apart.
  ///   - requests: The set that completes when the message has left.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func send(
    _ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int32, in requests: borrowing Requests
  ) throws(MPIError) {
    precondition(peer != rank, "rank \(rank) sends to itself")
    try check(
      unsafe cmpi_send(
        handle, requests.handle, bytes.baseAddress, bytes.count, Int32(peer), tag),
      "message of \(bytes.count) bytes to rank \(peer)")
  }

  /// Starts to receive a message of a known size from another rank.
  ///
  /// - Parameters:
  ///   - bytes: Where it goes; untouched until the set of requests is complete.
  ///   - peer: The rank that sends, not this one.
  ///   - tag: The tag that it sends with.
  ///   - requests: The set that completes when the message has arrived.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func receive(
    _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int32,
    in requests: borrowing Requests
  ) throws(MPIError) {
    precondition(peer != rank, "rank \(rank) receives from itself")
    try check(
      unsafe cmpi_receive(
        handle, requests.handle, bytes.baseAddress, bytes.count, Int32(peer), tag),
      "message of \(bytes.count) bytes from rank \(peer)")
  }

  /// What the thread that calls MPI waits for, as any thread may ask: the rank, among all, nil where
  /// the library does not tell, and since when in nanoseconds of the monotonic clock; nil where it
  /// does not wait, or not for a tenth of a second yet.
  package static var currentWait: (rank: Int?, since: UInt64)? {
    let wait = cmpi_current_wait()
    return wait.since_ns == 0 ? nil : (wait.rank < 0 ? nil : Int(wait.rank), wait.since_ns)
  }

  /// Waits until all messages of a set are complete.
  ///
  /// - Throws: ``MPIError`` as MPI reports it, or where ``stallLimit`` is exceeded.
  package func wait(for requests: borrowing Requests) throws(MPIError) {
    var missing: Int32 = -1
    let code = unsafe cmpi_wait(handle, requests.handle, stallLimit, &missing)
    try check(
      code,
      missing < 0
        ? "waiting for messages of \(size) ranks"
        : "waiting \(stallLimit / 1000) s for rank \(missing)")
  }
}
