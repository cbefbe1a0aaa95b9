internal import Synchronization

/// A thread that carries messages while the lanes compute.
final class CourierThread {
  private let thread: WorkerThread
  private let end = EndRequest()

  /// Starts the thread.
  ///
  /// - Parameter body: What it does; returns once its argument says that it is to stop.
  /// - Throws: ``DataParallelismError/thread(code:)`` where it does not start.
  init(
    _ body: @escaping @Sendable (_ isStopping: () -> Bool) -> Void
  ) throws(DataParallelismError) {
    thread = try WorkerThread { [end] in body { end.isAsked.load(ordering: .acquiring) } }
  }

  /// Stops the thread and waits for its end.
  func stop() {
    end.isAsked.store(true, ordering: .releasing)
    thread.join()
  }
}

/// What the thread and its owner share.
private final class EndRequest: Sendable {
  let isAsked = Atomic<Bool>(false)
}
