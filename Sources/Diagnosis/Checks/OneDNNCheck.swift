internal import MessagePassing

/// Whether all ranks have one version of oneDNN, and so the same bits.
struct OneDNNCheck: Check {
  static let name = "oneDNN"

  static func judge(_ job: JobFacts) -> Finding {
    let versions = job.groups { $0.software.oneDNN }
    guard versions.isUniform else {
      return .failed(
        "different versions, which give different bits: \(versions.description)",
        hint: "install the same libdnnl on every host")
    }
    return .ok(versions.groups[0].value)
  }
}
