internal import CMPI
internal import Glibc
internal import Synchronization

/// How a failure of one rank ends the job.
public struct WorldFailure: Sendable {
  /// Who else fails with this rank.
  public enum Scope: Sendable {
    /// This rank alone; the others must be ended.
    case rank
    /// Every rank at the same place, as with a wrong configuration: one report is enough.
    case everyRank
    /// Another rank failed first and will report it.
    case consequence
  }

  /// The process's exit code.
  public var exitCode: Int32
  /// The text to show, without `error:`.
  public var text: String
  /// Who else fails.
  public var scope: Scope

  /// Describes a failure.
  public init(exitCode: Int32 = 1, text: String, scope: Scope = .rank) {
    self.exitCode = exitCode
    self.text = text
    self.scope = scope
  }
}

/// All ranks of the job, as this one sees them.
public final class World: Sendable {
  /// All ranks.
  package let communicator: Communicator
  /// The ranks that share this one's memory.
  package let node: Communicator
  /// The name of the machine that this rank runs on.
  public let hostName: String
  /// The number of machines.
  public let nodeCount: Int
  /// The ranks of the whole job on this machine, also where this is a part of it.
  package let jobRanksOnNode: Int
  /// The number of each rank among all ranks of the job, in the order of this world's.
  package let jobRanks: [Int]

  let describe: @Sendable (any Error) -> WorldFailure
  private let hasReported = Atomic<Bool>(false)

  /// This process's number, from 0.
  public var rank: Int { communicator.rank }
  /// The number of ranks.
  public var size: Int { communicator.size }
  /// Whether a launcher such as `mpirun` started this process.
  public static var isLaunched: Bool { cmpi_is_launched() }
  /// The message passing library's name and version; nil where the serial stand-in serves.
  public var library: String? {
    if communicator.isSerial { return nil }
    let text = unsafe textFromC(capacity: 512) { unsafe cmpi_library($0, $1) }
    return text.split(separator: ",").first.map(String.init)
  }

  init(describe: @escaping @Sendable (any Error) -> WorldFailure) throws(MPIError) {
    var all: OpaquePointer?
    let code = unsafe cmpi_start(&all)
    guard code == 0, let all = unsafe all else {
      throw MPIError(operation: "starting MPI", code: code)
    }
    let communicator = unsafe Communicator(owning: all)
    var shared: OpaquePointer?
    let splitCode = unsafe cmpi_split_node(all, &shared)
    guard splitCode == 0, let shared = unsafe shared else {
      throw MPIError(operation: "finding the ranks of this node", code: splitCode)
    }
    let node = unsafe Communicator(owning: shared)
    self.communicator = communicator
    self.node = node
    self.describe = describe
    self.hostName = Self.readHostName()
    self.nodeCount = try communicator.allGather(node.rank).count { $0 == 0 }
    self.jobRanksOnNode = node.size
    self.jobRanks = Array(0..<communicator.size)
    let isCrowded = node.size > sysconf(Int32(_SC_NPROCESSORS_ONLN))
    communicator.setCrowded(isCrowded)
    node.setCrowded(isCrowded)
  }

  /// A part of a world.
  init(part communicator: Communicator, node: Communicator, of world: World) throws(MPIError) {
    self.communicator = communicator
    self.node = node
    describe = world.describe
    hostName = world.hostName
    nodeCount = try communicator.allGather(node.rank).count { $0 == 0 }
    jobRanksOnNode = world.jobRanksOnNode
    jobRanks = try communicator.allGather(world.jobRanks[world.rank])
  }

  /// What the thread that calls MPI waits for, as ``Communicator/currentWait`` says, the rank by its number in this
  /// world; nil for a rank of another part.
  package var currentWait: (rank: Int?, since: UInt64)? {
    Communicator.currentWait.map { wait in
      (wait.rank.flatMap { jobRanks.firstIndex(of: $0) }, wait.since)
    }
  }

  /// Shows an error of this rank alone on the standard error output, the first time only.
  ///
  /// Any thread may call it, as soon as it knows: the launcher may end this process at any time.
  /// Errors that all ranks have, or that follow from another's, are left to ``withWorld(describing:_:)``.
  public func report(_ error: any Error) {
    let failure = failure(error)
    if case .rank = failure.scope { report(failure) }
  }

  private func report(_ failure: WorldFailure) {
    if hasReported.exchange(true, ordering: .relaxed) { return }
    let place =
      failure.scope == .everyRank || size == 1 ? "error" : "error[rank \(rank) host \(hostName)]"
    let prefix = "error: "
    let text =
      failure.text.hasPrefix(prefix) ? String(failure.text.dropFirst(prefix.count)) : failure.text
    Self.show("\(place): \(text)")
  }

  /// Shows a warning on the standard error output; any thread may call it.
  package func warn(_ text: String) {
    Self.show("warning: \(text)")
  }

  private static func show(_ text: String) {
    // One call, so that the lines of several ranks do not mix.
    let line = Array((text + "\n").utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Ends MPI in good order; collective.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  func end() throws(MPIError) {
    try check(unsafe cmpi_free(node.handle), "leaving the node's communicator")
    try check(unsafe cmpi_end(communicator.handle), "ending MPI")
  }

  /// Ends the job after an error, with its exit code.
  ///
  /// Any thread may call it: the one that calls MPI may be the one that hangs.
  package func fail(_ error: any Error) -> Never {
    let failure = failure(error)
    switch failure.scope {
    case .everyRank:
      if rank == 0 { report(failure) }
      do { try end() } catch { report(WorldFailure(text: "\(error)")) }
      exit(failure.exitCode)
    case .rank:
      report(failure)
    case .consequence:
      // Whoever failed first ends the job, this process included, once it has said why.
      if sleep(3) == 0 { report(failure) }
    }
    cmpi_abort(failure.exitCode)
  }

  private static func readHostName() -> String {
    unsafe textFromC(capacity: 256) { name, capacity in
      if unsafe gethostname(name, capacity - 1) != 0 { unsafe strcpy(name, "unknown") }
    }
  }
}

/// Runs `body` as one rank of the job, and ends the job after it.
///
/// Where the process was started without a launcher it is rank 0 of 1, and MPI is not started at
/// all. An error of a job of several ranks never leaves this function: ending MPI in good order
/// would wait for ranks that wait for this one. It is shown as `error[rank r host h]: …` and all
/// ranks are ended with its exit code. An error of a single rank is thrown on.
///
/// Call it once a process, from the main thread: MPI does not start twice.
///
/// - Parameters:
///   - describe: The text, exit code and scope of an error. The default shows its description, exit
///     code 1.
///   - body: What to run.
/// - Returns: What `body` returns.
/// - Throws: ``MPIError`` where MPI does not start; what `body` throws, if there is one rank.
@discardableResult
public func withWorld<Result>(
  describing describe: @escaping @Sendable (any Error) -> WorldFailure = {
    WorldFailure(text: "\($0)")
  },
  _ body: (World) throws -> Result
) throws -> Result {
  let world = try World(describe: describe)
  let result: Result
  do {
    result = try body(world)
  } catch {
    if world.size > 1 { world.fail(error) }
    try world.end()
    throw error
  }
  try world.end()
  return result
}
