internal import DataParallelism
internal import Glibc
package import MessagePassing
internal import Synchronization

/// Ends a job whose ranks do not reach each other, and says what each host knows of its networks.
///
/// Where Open MPI takes a network that does not lead to the other hosts, it waits for ever, and no fact of
/// another rank ever arrives. So the watch is a thread that needs no MPI.
package final class ConnectionWatch: Sendable {
  private let isOver = Atomic<Bool>(false)

  private init() {}

  /// Runs something that begins with reaching all ranks, and ends the process if that takes too long.
  ///
  /// - Parameters:
  ///   - rank: what the launcher says of this process; without a launcher nothing is watched.
  ///   - seconds: how long it may take.
  ///   - report: shows a text.
  ///   - body: what to run; it calls ``reached()`` once all ranks are reached.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  package static func watching<Result: Sendable>(
    _ rank: LaunchedRank?, seconds: Double, report: @escaping @Sendable (String) -> Void,
    _ body: @escaping @Sendable (ConnectionWatch) throws -> Result
  ) throws -> Result {
    let watch = ConnectionWatch()
    guard let rank else { return try body(watch) }
    let result = Mutex<Result?>(nil)
    try LaneTeam.run(workers: 2, abandon: { _ in watch.reached() }) { index in
      if index == 1 { return watch.wait(rank, seconds: seconds, report) }
      defer { watch.reached() }
      let value = try body(watch)
      result.withLock { $0 = value }
    }
    guard let value = result.withLock({ $0 }) else {
      preconditionFailure("what was watched neither returned nor threw")
    }
    return value
  }

  /// Notes that all ranks are reached: from now on everything may take its time.
  package func reached() {
    isOver.store(true, ordering: .relaxed)
  }

  private func wait(_ rank: LaunchedRank, seconds: Double, _ report: (String) -> Void) {
    let end = Stopwatch.now + seconds
    while Stopwatch.now < end {
      if isOver.load(ordering: .relaxed) { return }
      usleep(10_000)
    }
    let interfaces = Interface.all.filter { !$0.isLoopback }
    if rank.localRank == 0 { report(Self.networks(interfaces)) }
    // The other hosts' ranks tell of their networks now, then the first one ends all.
    sleep(rank.rank == 0 ? 1 : 10)
    if isOver.load(ordering: .relaxed) { return }
    if rank.rank == 0 { report(Self.verdict(interfaces, seconds: seconds)) }
    _exit(1)
  }

  /// What one host knows of its networks.
  private static func networks(_ interfaces: [Interface]) -> String {
    let list = interfaces.map { "\($0.name) \(Interface.text($0.address))/\($0.prefix)" }
    return "host \(hostName) has "
      + (list.isEmpty ? "no network" : list.joined(separator: ", "))
  }

  /// What is wrong and what mends it, as the first rank's host sees it.
  static func verdict(_ interfaces: [Interface], seconds: Double) -> String {
    var subnets: [String] = []
    for subnet in interfaces.map(\.subnet) where !subnets.contains(subnet) {
      subnets.append(subnet)
    }
    let choice =
      switch subnets.count {
      case 0: "CIDR"
      case 1: subnets[0]
      default: "CIDR, with one of \(subnets.joined(separator: ", "))"
      }
    return "error: the ranks did not reach each other within \(Int(seconds.rounded(.up))) s"
      + "\n  hint: let Open MPI use nothing but the network that all hosts share: "
      + "mpirun --mca btl_tcp_if_include \(choice)"
      + "\n  hint: see that no firewall is between the hosts, and that all run lockstep"
  }

  private static var hostName: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "unknown" }
    return unsafe withUnsafeBytes(of: &name.nodename) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
