internal import Glibc
internal import Synchronization

/// A thread that carries messages while the lanes compute.
final class CourierThread {
  private let thread: pthread_t
  private let run: CourierRun

  /// Starts the thread.
  ///
  /// - Parameter body: What it does; returns once its argument says that it is to stop.
  /// - Throws: ``DataParallelismError/thread(code:)`` where it does not start.
  init(
    _ body: @escaping @Sendable (_ isStopping: () -> Bool) -> Void
  ) throws(DataParallelismError) {
    let run = CourierRun(body)
    var thread = pthread_t()
    let start = unsafe Unmanaged.passRetained(run)
    let code = unsafe pthread_create(&thread, nil, runCourier, start.toOpaque())
    if code != 0 {
      unsafe start.release()
      throw .thread(code: code)
    }
    self.thread = thread
    self.run = run
  }

  /// Stops the thread and waits for its end.
  func stop() {
    run.isStopping.store(true, ordering: .releasing)
    pthread_join(thread, nil)
  }
}

/// What the thread and its owner share.
private final class CourierRun: Sendable {
  let isStopping = Atomic<Bool>(false)
  private let body: @Sendable (() -> Bool) -> Void

  init(_ body: @escaping @Sendable (() -> Bool) -> Void) {
    self.body = body
  }

  func perform() {
    body { isStopping.load(ordering: .acquiring) }
  }
}

/// The C entry of the thread.
private func runCourier(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe Unmanaged<CourierRun>.fromOpaque(context).takeRetainedValue().perform()
  return nil
}
