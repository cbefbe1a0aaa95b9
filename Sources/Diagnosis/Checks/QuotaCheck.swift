internal import RunRecords

/// Whether a control group, such as a container's, gives the workers the time of their cores.
struct QuotaCheck: Check {
  static let name = "CPU quota"

  static func judge(_ job: JobFacts) -> Finding {
    var found: [String] = []
    for node in job.nodes {
      guard let quota = node.facts.compactMap(\.processors.quota).min() else { continue }
      let lanes = node.facts.reduce(0) { $0 + $1.processors.workers }
      let cores = NumberText.fixed(quota, decimals: 1)
      if Double(lanes) > quota + 0.05 {
        return .failed(
          "\(lanes) workers on \(node.host), where the control group has the time of \(cores) cores: all "
            + "stand still for the rest of each period",
          hint:
            "docker run --cpus=\(lanes) (Kubernetes: resources.limits.cpu), or ranks x workers up to "
            + "\(max(1, Int(quota)))")
      }
      found.append("\(node.host): \(cores) cores")
    }
    return .ok(found.isEmpty ? "none" : found.joined(separator: "; "))
  }
}
