internal import Synchronization

/// The threads of one rank: the calling one and as many more as needed.
package enum LaneTeam {
  /// Runs `body` on several threads at once and waits for all of them.
  ///
  /// The calling thread runs index 0. Where one throws, `abandon` is called for it, which must make
  /// the others leave their waits; the first error is then thrown on.
  ///
  /// - Parameters:
  ///   - workers: The number of threads, at least 1.
  ///   - abandon: Makes the others leave their waits; gets the index of the thread that failed.
  ///   - onFirstError: Told of the first error at once, on the thread that failed, before the
  ///     others have been waited for.
  ///   - body: What to run; gets the thread's index.
  /// - Throws: What `body` threw first; ``DataParallelismError/thread(code:)`` where a thread does
  ///   not start.
  package static func run(
    workers: Int, abandon: @escaping @Sendable (Int) -> Void,
    onFirstError: @escaping @Sendable (any Error) -> Void = { _ in },
    _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let run = TeamRun(body: body, abandon: abandon, onFirstError: onFirstError)
    var threads: [WorkerThread] = []
    for index in 1..<max(1, workers) {
      do throws(DataParallelismError) {
        threads.append(try WorkerThread { run.perform(index) })
      } catch {
        run.fail(error, index: index)
        break
      }
    }
    // Without all threads nobody would ever pass a barrier: those that run are leaving already.
    if threads.count + 1 == max(1, workers) { run.perform(0) }
    for thread in threads { thread.join() }
    try run.rethrow()
  }
}

/// What the threads of a run share.
private final class TeamRun: Sendable {
  private let body: @Sendable (Int) throws -> Void
  private let abandon: @Sendable (Int) -> Void
  private let onFirstError: @Sendable (any Error) -> Void
  private let firstError = Mutex<(any Error)?>(nil)

  init(
    body: @escaping @Sendable (Int) throws -> Void, abandon: @escaping @Sendable (Int) -> Void,
    onFirstError: @escaping @Sendable (any Error) -> Void
  ) {
    self.body = body
    self.abandon = abandon
    self.onFirstError = onFirstError
  }

  func perform(_ index: Int) {
    do {
      try body(index)
    } catch {
      fail(error, index: index)
    }
  }

  func fail(_ error: any Error, index: Int) {
    let isNews = firstError.withLock { first in
      // What only follows from another rank's error says less than an error of this rank.
      guard first.map(Self.isConsequence) ?? true else { return false }
      let isNews = first == nil || !Self.isConsequence(error)
      if isNews { first = error }
      return isNews
    }
    if isNews { onFirstError(error) }
    abandon(index)
  }

  private static func isConsequence(_ error: any Error) -> Bool {
    (error as? DataParallelismError)?.isConsequence ?? false
  }

  func rethrow() throws {
    if let error = firstError.withLock({ $0 }) { throw error }
  }
}
