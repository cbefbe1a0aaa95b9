internal import RunRecords

/// Whether the limits of a process suit the job.
struct LimitsCheck: Check {
  static let name = "limits"

  static func judge(_ job: JobFacts) -> Finding {
    // A rank may hold a socket to each other one, beside what a run opens.
    let needed = 256 + 2 * job.ranks.count
    for node in job.nodes {
      for facts in node.facts where facts.memory.openFiles < needed {
        return .warning(
          "a process on \(node.host) may open \(facts.memory.openFiles) files, "
            + "\(job.ranks.count) ranks may want \(needed)", hint: "ulimit -n \(max(4096, needed))")
      }
      if let locked = node.first.memory.locked, node.first.memory.hasRemoteMemoryAdapter,
        job.nodes.count > 1
      {
        return .warning(
          "a process on \(node.host) may lock \(NumberText.bytes(locked)), too little for its adapter "
            + "for remote memory access",
          hint: "ulimit -l unlimited (for all logins: /etc/security/limits.conf)")
      }
    }
    let memory = job.ranks[0].memory
    return .ok(
      "\(memory.openFiles) open files, \(memory.locked.map(NumberText.bytes) ?? "any") locked memory"
    )
  }
}
