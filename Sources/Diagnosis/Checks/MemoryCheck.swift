internal import RunRecords

/// Whether the machine, or the control group, has memory for the ranks.
struct MemoryCheck: Check {
  static let name = "memory"
  /// What a rank takes beside the network.
  private static let rankBytes = 64 << 20

  static func judge(_ job: JobFacts) -> Finding {
    var found: [String] = []
    for node in job.nodes {
      let memory = node.first.memory
      let usable = NumberText.bytes(memory.usable)
      let isLimited = memory.usable < memory.total
      let needed = (job.windowBytes(of: node) ?? 0) + node.ranks.count * rankBytes
      if needed > memory.usable {
        return .failed(
          "\(node.host) has \(usable), \(node.ranks.count) ranks need \(NumberText.bytes(needed)) and their "
            + "activations",
          hint: isLimited
            ? "docker run --memory=\((needed >> 30) * 3 / 2 + 1)g (Kubernetes: resources.limits.memory)"
            : "start fewer ranks a host, or take an optimizer with less state")
      }
      found.append(
        "\(node.host): \(usable)"
          + (isLimited ? ", the control group's limit of \(NumberText.bytes(memory.total))" : ""))
    }
    return .ok(found.joined(separator: "; "))
  }
}
