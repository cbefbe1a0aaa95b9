internal import DurableFiles
internal import Glibc
internal import Synchronization

/// A checkpoint that a thread of its own is writing.
///
/// Made, asked and waited for by one thread.
final class BackgroundWrite {
  private let work: Work
  private let thread: pthread_t
  private var hasJoined = false

  /// What the two threads share.
  private final class Work: Sendable {
    let body: @Sendable () throws -> CompletedWrite
    let outcome = Mutex<Result<CompletedWrite, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> CompletedWrite) {
      self.body = body
    }

    func perform() {
      let result = Result { try body() }
      outcome.withLock { $0 = result }
    }
  }

  /// Starts the thread.
  ///
  /// SIGINT and SIGTERM do not interrupt it: they ask the thread that trains to stop.
  ///
  /// - Parameters:
  ///   - directory: Where the checkpoint goes, for the error's text.
  ///   - body: Writes it.
  /// - Throws: ``FileError`` where the system has no thread left.
  init(
    into directory: String, _ body: @escaping @Sendable () throws -> CompletedWrite
  ) throws(FileError) {
    let work = Work(body)
    var signals = sigset_t()
    var former = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, signal) }
    // A thread begins with the mask of the one that starts it.
    unsafe pthread_sigmask(SIG_BLOCK, &signals, &former)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &former, nil) }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(work)
    let code = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().perform()
        return nil
      }, context.toOpaque())
    if code != 0 {
      unsafe context.release()
      throw FileError("start a thread that writes checkpoints to", directory, code: code)
    }
    self.work = work
    self.thread = thread
  }

  deinit {
    if !hasJoined { pthread_join(thread, nil) }
  }

  /// Whether the write has ended, well or not.
  var hasEnded: Bool { work.outcome.withLock { $0 != nil } }

  /// Waits for the end of the write.
  ///
  /// - Returns: What was written.
  /// - Throws: What the write threw.
  func wait() throws -> CompletedWrite {
    if !hasJoined { pthread_join(thread, nil) }
    hasJoined = true
    guard let outcome = work.outcome.withLock({ $0 }) else {
      preconditionFailure("the thread that writes a checkpoint ended without an outcome")
    }
    return try outcome.get()
  }
}
