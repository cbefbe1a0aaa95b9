/// Whether all hosts have the data's files, with the same content, and the network fits them.
struct DataCheck: Check {
  static let name = "data"

  static func judge(_ job: JobFacts) -> Finding {
    guard let configuration = job.configuration else { return .ok("no configuration given") }
    for node in job.nodes {
      let files = node.first.configuration?.files ?? []
      for (own, expected) in zip(files, configuration.files) {
        guard let hash = own.hash else {
          return .failed(
            "\(own.path) cannot be read on \(node.host)",
            hint:
              "copy the data to every host under the same path, or mount a folder that all share")
        }
        guard let other = expected.hash, hash != other else { continue }
        return .failed(
          "\(own.path) has another content on \(node.host) (\(hash)) than on \(job.nodes[0].host) (\(other))",
          hint: "copy the data to \(node.host) again")
      }
    }
    if let problem = configuration.dataProblem {
      return .failed(problem, hint: "`lockstep config check -c FILE` shows every problem")
    }
    let count = configuration.files.count
    if count == 0 { return .ok("synthetic, no files") }
    return .ok(
      "\(count) \(count == 1 ? "file" : "files"), the same on \(job.nodes.count == 1 ? "this host" : "all hosts")"
    )
  }
}
