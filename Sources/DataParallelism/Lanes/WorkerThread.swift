internal import Glibc
internal import Synchronization

/// A thread of the system, which somebody waits for.
@safe
final class WorkerThread: @unchecked Sendable {
  private let thread: pthread_t
  private let isJoined = Atomic<Bool>(false)

  /// Starts a thread that runs `body`.
  ///
  /// - Throws: ``DataParallelismError/thread(code:)`` where the system has no room for another.
  init(_ body: @escaping @Sendable () -> Void) throws(DataParallelismError) {
    var thread = pthread_t()
    let start = unsafe Unmanaged.passRetained(ThreadBody(body))
    let code = unsafe pthread_create(&thread, nil, runBody, start.toOpaque())
    if code != 0 {
      unsafe start.release()
      throw .thread(code: code)
    }
    self.thread = thread
  }

  /// Waits until it has ended; the first call does.
  func join() {
    if !isJoined.exchange(true, ordering: .relaxed) { pthread_join(thread, nil) }
  }
}

/// What a new thread runs.
private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

/// The C entry of a thread.
private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
  return nil
}
