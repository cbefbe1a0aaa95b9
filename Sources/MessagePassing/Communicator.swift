internal import CMPI

/// The ranks that talk to each other.
///
/// All calls come from one thread at a time, the one that started the world or one that it has
/// handed the messages to; that is also why it may be stored where other threads see it. A
/// collective call must be made by every rank, in the same order.
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

  /// The ranks that give the same color, in order of their keys; collective.
  ///
  /// - Parameters:
  ///   - color: What the ranks of a part have in common, at least 0.
  ///   - key: The place among them.
  /// - Returns: The part that this rank belongs to; ``free()`` it in the end.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func split(color: Int, key: Int) throws(MPIError) -> Communicator {
    var part: OpaquePointer?
    let code = unsafe cmpi_split(handle, Int32(color), Int32(key), &part)
    guard code == 0, let part = unsafe part else {
      throw MPIError(operation: "splitting \(size) ranks", code: code)
    }
    return unsafe Communicator(owning: part)
  }

  /// Frees what ``split(color:key:)`` made; collective over its ranks.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func free() throws(MPIError) {
    try check(unsafe cmpi_free(handle), "leaving a part of the ranks")
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

  /// Adds numbers of all ranks, in place, by `MPI_Allreduce`; collective.
  ///
  /// - Note: MPI chooses the order of the additions by the number of ranks and the count, and with it
  ///   the last bits.
  /// - Parameter values: This rank's numbers, as many on every rank; then the sums.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(MPIError) {
    try check(
      unsafe cmpi_sum_f32(handle, values.baseAddress, values.count),
      "sum of \(values.count) numbers over \(size) ranks")
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

  /// Looks whether all messages of a set are complete, and moves messages on.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func test(_ requests: borrowing Requests) throws(MPIError) -> Bool {
    var done = false
    try check(unsafe cmpi_test(requests.handle, &done), "messages of \(size) ranks")
    return done
  }

  /// The other side of a message that is not complete; nil where all are.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func missingPeer(in requests: borrowing Requests) throws(MPIError) -> Int? {
    var missing: Int32 = -1
    try check(unsafe cmpi_missing(requests.handle, &missing), "messages of \(size) ranks")
    return missing < 0 ? nil : Int(missing)
  }

  /// Makes known to whoever watches that this process waits for a message of a rank.
  package func beginWait(for rank: Int) {
    unsafe cmpi_begin_wait(handle, Int32(rank))
  }

  /// Makes known that it waits no more.
  package static func endWait() {
    cmpi_end_wait()
  }

  /// The error of a rank that has not been heard of for ``stallLimit``.
  package func silence(of rank: Int) -> MPIError {
    MPIError(
      operation: "waiting \(stallLimit / 1000) s for rank \(rank)", code: Int32(CMPI_STALLED))
  }
}
