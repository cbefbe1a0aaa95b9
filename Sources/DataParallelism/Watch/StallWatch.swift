// Who notices a rank that hangs. StallWatch (this file) is a thread of each rank that looks around
// ten times a second; SilenceSearch says which rank is silent.

internal import FlightRecords
internal import Glibc
package import MessagePassing
internal import Synchronization

/// After how many seconds of silence what is done; 0 for never.
package struct StallLimits: Sendable, Equatable {
  /// Until the silent rank is named.
  package var warn: Int
  /// Until the job ends.
  package var abort: Int

  /// Sets the limits.
  package init(warn: Int, abort: Int) {
    self.warn = warn
    self.abort = abort
  }
}

/// Watches a job for ranks that give no sign of life: names them, and at last ends the job.
///
/// A sign of life is a note of a lane, see ``GradientExchange/note(lane:step:phase:)``: at least one a
/// shard, a batch of an evaluation, a checkpoint. A lane that waits for others is not silent. Each
/// rank looks at the lanes that share its memory and at what it waits for itself; where it waits for a
/// message, it reads in the flight recorder of the rank that owes it what that rank is doing.
package final class StallWatch: Sendable {
  private let lookout: Lookout
  private let thread: WorkerThread?

  /// Starts to watch; collective.
  ///
  /// - Parameters:
  ///   - world: All ranks.
  ///   - limits: When to warn and when to end the job.
  /// - Throws: ``DataParallelismError`` where messages fail or no thread starts.
  package init(_ world: World, limits: StallLimits) throws(DataParallelismError) {
    let names = try throwing { () throws(MPIError) in
      try world.communicator.allGather(text: "host \(world.hostName), pid \(getpid())")
    }
    lookout = Lookout(
      world, limits: limits, names: zip(world.jobRanks, names).map { "rank \($0) (\($1))" })
    let isNeeded = limits.warn > 0 || limits.abort > 0
    thread = isNeeded ? try WorkerThread(lookout.run) : nil
  }

  deinit {
    stop()
  }

  /// From now on looks at the lanes of an exchange too.
  package func attach(_ exchange: any GradientExchange) {
    lookout.subject.withLock {
      $0 = Lookout.Subject(
        search: SilenceSearch(exchange.core.group, ranks: lookout.names), exchange: exchange)
    }
  }

  /// Tells where ranks record what they do.
  package func setFlightFolder(_ folder: String, launch: UInt64) {
    lookout.subject.withLock { $0?.search.flight = (folder, launch) }
  }

  /// Tells whether lanes run, which then have to give signs of life also where nobody waits for them.
  package func setRunning(_ isRunning: Bool) {
    lookout.subject.withLock { $0?.search.setRunning(isRunning) }
  }

  /// Looks no more at the lanes of the exchange, which may then be closed.
  package func detach() {
    lookout.subject.withLock { $0 = nil }
  }

  /// Stops watching.
  package func stop() {
    detach()
    lookout.isOver.post()
    thread?.join()
  }
}

/// What the watching thread works with.
private final class Lookout: Sendable {
  /// What is looked at, once it is there; the exchange stays alive as long as it is looked at.
  struct Subject {
    var search: SilenceSearch
    let exchange: any GradientExchange
  }

  let subject = Mutex<Subject?>(nil)
  let isOver = Signal()
  let names: [String]
  private let world: World
  private let limits: StallLimits

  init(_ world: World, limits: StallLimits, names: [String]) {
    self.world = world
    self.limits = limits
    self.names = names
  }

  /// Looks around until it is over.
  func run() {
    var warned: UInt64 = 0
    var turn = 0
    while !isOver.wait(milliseconds: 100) {
      turn += 1
      subject.withLock {
        $0?.search.look(messageWait: world.currentWait, readsRecords: turn % 5 == 0)
      }
      if let silence = find(limits.warn), silence.since != warned {
        warned = silence.since
        if silence.claim(.warning) { world.warn(silence.description) }
      }
      if let silence = find(limits.abort) {
        end(silence)
        return
      }
    }
  }

  /// The longest silence beyond a limit in seconds; nil where there is none, or no limit.
  private func find(_ limit: Int) -> FoundSilence? {
    if limit == 0 { return nil }
    return subject.withLock { subject in
      if let subject { return subject.search.longest(beyond: limit) }
      // Where there are no lanes, all that can be seen is what this rank waits for.
      return SilenceSearch.unseen(
        world.currentWait, beyond: limit, rank: world.rank, names: names)
    }
  }

  private func end(_ silence: FoundSilence) {
    let error = DataParallelismError.silent(silence.silence)
    // Recorded before other threads of this rank learn of it.
    subject.withLock { $0?.exchange.recordFailure(error) }
    let isFirst = silence.claim(.end)
    world.fail(isFirst ? error : DataParallelismError.abandoned(rank: silence.rank ?? world.rank))
  }
}

/// A semaphore that one thread waits on.
@safe
private final class Signal: @unchecked Sendable {
  /// Only system calls that any thread may make touch it.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    unsafe semaphore = .allocate(capacity: 1)
    unsafe semaphore.initialize(to: sem_t())
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func post() {
    unsafe sem_post(semaphore)
  }

  /// Waits for a time; whether it was posted.
  func wait(milliseconds: Int) -> Bool {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = time.tv_nsec + milliseconds * 1_000_000
    time.tv_sec += nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    return unsafe sem_timedwait(semaphore, &time) == 0
  }
}
