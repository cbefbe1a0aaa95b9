internal import MessagePassing

/// Whether all ranks can read the configuration, and read the same.
struct ConfigurationCheck: Check {
  static let name = "configuration"

  static func judge(_ job: JobFacts) -> Finding {
    let known = job.ranks.compactMap(\.configuration)
    guard known.count == job.ranks.count else { return .ok("none given; `-c FILE` checks one") }
    if let rank = known.firstIndex(where: { $0.problem != nil }), let problem = known[rank].problem
    {
      let isEverywhere = known.allSatisfy { $0.problem != nil }
      return .failed(
        isEverywhere ? problem : "rank \(rank) (host \(job.ranks[rank].host)): \(problem)",
        hint: isEverywhere
          ? "`lockstep config check -c FILE` shows every problem"
          : "copy the configuration to every host, or keep it in a folder that all share")
    }
    let texts = job.groups { $0.configuration?.hash ?? "" }
    guard texts.isUniform else {
      return .failed(
        "ranks read different ones: \(texts.description)",
        hint: "copy the configuration to every host, or keep it in a folder that all share")
    }
    return .ok("\(texts.groups[0].value)" + (job.ranks.count > 1 ? " on all ranks" : ""))
  }
}
