internal import RunRecords

/// Whether the clocks of the hosts agree; only people who compare records of several hosts care.
struct ClocksCheck: Check {
  static let name = "clocks"
  private static let tolerance = 0.5

  static func judge(_ job: JobFacts) -> Finding {
    guard job.nodes.count > 1 else { return .ok("one host") }
    guard let worst = job.links.max(by: { abs($0.clockOffset) < abs($1.clockOffset) }) else {
      return .ok("not measured")
    }
    let text = "\(NumberText.metric(1000 * abs(worst.clockOffset))) ms apart at most"
    guard abs(worst.clockOffset) > tolerance else { return .ok(text) }
    return .warning(
      "the clock of \(job.ranks[worst.rank].host) is \(NumberText.fixed(abs(worst.clockOffset), decimals: 1)) s "
        + "\(worst.clockOffset > 0 ? "ahead" : "behind")",
      hint: "synchronize the hosts' clocks: apt-get install chrony")
  }
}
