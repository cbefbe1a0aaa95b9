/// Whether every worker thread has a core of its own, and every core a worker.
struct CoresCheck: Check {
  static let name = "cores"
  private static let free = "mpirun --bind-to none"

  static func judge(_ job: JobFacts) -> Finding {
    var crowded: Finding?
    var idle: Finding?
    for node in job.nodes {
      let cores = Set(node.facts.flatMap(\.processors.allowedCores))
      let lanes = node.facts.reduce(0) { $0 + $1.processors.workers }
      let count = node.first.processors.coreCount
      if let bound = boundRank(of: node) { return bound }
      if lanes > cores.count, cores.count < count {
        return .failed(
          "\(lanes) workers of \(node.host) may use \(text(cores)) alone, of \(count)",
          hint: "\(free), or --map-by slot:PE=N with N cores a rank")
      }
      if lanes > cores.count {
        crowded =
          crowded
          ?? .warning(
            "\(lanes) workers share \(text(cores)) of \(node.host)",
            hint: "start fewer ranks, or set fewer `train.workers`: ranks x workers up to "
              + "\(cores.count) a host")
      }
      if cores.count < count, !node.first.processors.workersAreGiven {
        idle =
          idle
          ?? .warning(
            "the ranks of \(node.host) may use \(text(cores)) of \(count); the others stay idle",
            hint: "\(free), or --map-by slot:PE=N with N cores a rank")
      }
    }
    return crowded ?? idle ?? unequal(job) ?? .ok(summary(job))
  }

  /// A host that has more cores a rank than the smallest one, whose workers all ranks have.
  private static func unequal(_ job: JobFacts) -> Finding? {
    let nodes = job.nodes.map { node in
      (node: node, cores: Set(node.facts.flatMap(\.processors.allowedCores)).count)
    }
    let workers = job.ranks[0].processors.workers
    let isLeast = nodes.contains { $0.cores / $0.node.ranks.count == workers }
    guard isLeast, !job.ranks[0].processors.workersAreGiven,
      let large = nodes.first(where: { $0.cores / $0.node.ranks.count > workers })
    else { return nil }
    let busy = large.node.ranks.count * workers
    return .warning(
      "\(large.cores - busy) of \(large.cores) cores of \(large.node.host) stay idle: every rank has as "
        + "many workers as those of the smallest host (\(workers))",
      hint:
        "start \(large.cores / workers) ranks on \(large.node.host): slots=\(large.cores / workers) in "
        + "the hostfile")
  }

  /// A rank that is bound to fewer cores than it has workers.
  private static func boundRank(of node: JobFacts.Node) -> Finding? {
    for (rank, facts) in zip(node.ranks, node.facts) {
      let processors = facts.processors
      let isBound = processors.allowedCores.count < processors.coreCount
      guard isBound, processors.workers > processors.allowedCores.count else { continue }
      return .failed(
        "rank \(rank) (host \(facts.host)) has \(processors.workers) workers on "
          + text(Set(processors.allowedCores)),
        hint: "\(free), or --map-by slot:PE=\(processors.workers)")
    }
    return nil
  }

  private static func summary(_ job: JobFacts) -> String {
    job.nodes.map { node in
      let workers = node.first.processors.workers
      let cores = Set(node.facts.flatMap(\.processors.allowedCores))
      return "\(node.host): \(node.ranks.count) x \(workers) "
        + "\(workers == 1 ? "worker" : "workers") on \(text(cores))"
    }.joined(separator: "; ")
  }

  private static func text(_ cores: Set<Int>) -> String {
    "\(cores.count) \(cores.count == 1 ? "core" : "cores")"
  }
}
