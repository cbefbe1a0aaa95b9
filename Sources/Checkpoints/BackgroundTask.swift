internal import DurableFiles
internal import Glibc
internal import Synchronization

/// Work that a thread of its own does.
///
/// Made, asked and waited for by one thread.
final class BackgroundTask<Value: Sendable> {
  private let outcome = Outcome<Value>()
  private let thread: pthread_t
  private var hasJoined = false

  /// Starts the thread.
  ///
  /// SIGINT and SIGTERM do not interrupt it: they ask the thread that trains to stop.
  ///
  /// - Parameters:
  ///   - purpose: What the thread is for, for the error's text: `write checkpoints to`.
  ///   - directory: Where that happens.
  ///   - body: The work.
  /// - Throws: ``FileError`` where the system has no thread left.
  init(
    to purpose: String, _ directory: String, _ body: @escaping @Sendable () throws -> Value
  ) throws(FileError) {
    let start = ThreadStart { [outcome] in
      let result = Result { try body() }
      outcome.value.withLock { $0 = result }
    }
    var signals = sigset_t()
    var former = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, signal) }
    // A thread begins with the mask of the one that starts it.
    unsafe pthread_sigmask(SIG_BLOCK, &signals, &former)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &former, nil) }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(start)
    let code = unsafe pthread_create(&thread, nil, runTask, context.toOpaque())
    if code != 0 {
      unsafe context.release()
      throw FileError("start a thread to \(purpose)", directory, code: code)
    }
    self.thread = thread
  }

  deinit {
    if !hasJoined { pthread_join(thread, nil) }
  }

  /// Whether the work has ended, well or not.
  var hasEnded: Bool { outcome.value.withLock { $0 != nil } }

  /// Waits for the end of the work.
  ///
  /// - Returns: What came of it.
  /// - Throws: What it threw.
  func wait() throws -> Value {
    if !hasJoined { pthread_join(thread, nil) }
    hasJoined = true
    guard let result = outcome.value.withLock({ $0 }) else {
      preconditionFailure("a thread ended without an outcome")
    }
    return try result.get()
  }
}

/// What came of a thread's work; nil while it goes on.
private final class Outcome<Value: Sendable>: Sendable {
  let value = Mutex<Result<Value, any Error>?>(nil)
}

/// What a new thread gets to know.
private final class ThreadStart: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

/// The C entry of a thread.
private func runTask(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue().body()
  return nil
}
