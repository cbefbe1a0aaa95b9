internal import RunRecords

/// How fast messages and meetings are, as measured.
struct MessagesCheck: Check {
  static let name = "messages"
  /// Bytes a second below which gradients of even small networks take long.
  private static let slowRate = 50e6
  /// Seconds of one message above which something is wrong with a local network.
  private static let slowLatency = 2e-3

  static func judge(_ job: JobFacts) -> Finding {
    guard !job.links.isEmpty else { return .ok("none: one rank") }
    let texts = job.links.map { link in
      "rank 0 to \(link.rank) (\(job.ranks[link.rank].host)) \(microseconds(link.latency)), "
        + "\(NumberText.bytes(Int(link.bandwidth)))/s"
    }
    let meetings = job.nodes.compactMap { node in
      node.first.meetingSeconds.map { "ranks of \(node.host) meet in \(microseconds($0))" }
    }
    let found = (texts + meetings).joined(separator: "; ")
    let slow = job.links.filter { link in
      let isFar = job.ranks[link.rank].node != job.ranks[0].node
      return isFar && (link.latency > slowLatency || link.bandwidth < slowRate)
    }
    guard let worst = slow.min(by: { $0.bandwidth < $1.bandwidth }) else { return .ok(found) }
    return .warning(
      "slow network to \(job.ranks[worst.rank].host): \(found)",
      hint:
        "see which interface is used (mpirun --mca btl_base_verbose 30) and choose the fastest by "
        + "--mca btl_tcp_if_include CIDR; `lockstep estimate` tells what this one is good for")
  }

  private static func microseconds(_ seconds: Double) -> String {
    "\(NumberText.fixed(1e6 * seconds, decimals: 1)) us"
  }
}
