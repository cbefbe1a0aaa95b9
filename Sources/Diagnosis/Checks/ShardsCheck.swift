internal import RunRecords

/// Whether the shards of a step can be dealt to all workers evenly.
struct ShardsCheck: Check {
  static let name = "shards"

  static func judge(_ job: JobFacts) -> Finding {
    guard let configuration = job.configuration else { return .ok("no configuration given") }
    let ranks = job.ranks.count
    let lanes = job.ranks.reduce(0) { $0 + $1.processors.workers }
    guard let shards = configuration.shards else {
      return .warning(
        "`train.shards` is not set: the first launch decides, and with it the bits of the result",
        hint: "set `train.shards`, for instance to \(lanes)")
    }
    guard shards >= ranks else {
      return .failed(
        "\(shards) \(shards == 1 ? "shard" : "shards") cannot be dealt to \(ranks) ranks",
        hint:
          "start at most \(shards) ranks, or set `train.shards: \(lanes)` (another computation, with "
          + "other last bits)")
    }
    let cores = job.nodes.reduce(0) { sum, node in
      sum + Set(node.facts.flatMap(\.processors.allowedCores)).count
    }
    if shards < cores, !job.ranks[0].processors.workersAreGiven {
      return .warning(
        "\(shards) shards keep \(shards) of \(cores) cores busy",
        hint: "`train.shards: \(cores)` (another computation, with other last bits)")
    }
    let most = (shards + lanes - 1) / lanes
    let share = Double(shards) / Double(most * lanes)
    guard share < 0.9 else { return .ok("\(shards) shards for \(lanes) workers") }
    return .warning(
      "\(shards) shards for \(lanes) workers: some wait for others, at most "
        + "\(NumberText.fixed(100 * share, decimals: 0)) % of the cores' time is used",
      hint:
        "ranks x workers that divide \(shards), or `train.shards: \(most * lanes)` (another computation, "
        + "with other last bits)")
  }
}
