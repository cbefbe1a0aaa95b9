/// How many ranks run where, and whether this user can start them.
struct LaunchCheck: Check {
  static let name = "launch"

  static func judge(_ job: JobFacts) -> Finding {
    let software = job.ranks[0].software
    guard job.isLaunched else {
      let found = "one process, without a launcher"
      guard software.isRoot, !software.rootMayLaunch else { return .ok(found) }
      return .warning(
        found + "; the user is root, for whom mpirun starts nothing",
        hint: "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
    }
    let hosts = job.nodes.map { "\($0.host): \($0.ranks.count)" }.joined(separator: ", ")
    let nodes = job.nodes.count
    return .ok(
      "\(job.ranks.count) \(job.ranks.count == 1 ? "rank" : "ranks") on "
        + "\(nodes) \(nodes == 1 ? "host" : "hosts") (\(hosts))")
  }
}
