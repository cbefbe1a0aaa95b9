internal import MessagePassing

/// Whether all ranks have one message passing library, and what moves its messages.
struct LibraryCheck: Check {
  static let name = "MPI"

  static func judge(_ job: JobFacts) -> Finding {
    let libraries = job.groups { $0.software.library ?? "none" }
    guard libraries.isUniform else {
      return .failed(
        "different libraries: \(libraries.description)",
        hint: "install the same version of MPI on every host (Debian: openmpi-bin, libopenmpi-dev)")
    }
    guard let library = job.ranks[0].software.library else {
      return .ok("not needed by one process")
    }
    let transports = job.groups { Self.transports($0.transport) }
    guard transports.isUniform else {
      return .failed(
        "\(library), but different transports: \(transports.description)",
        hint: "name them for all ranks: mpirun --mca pml ob1 --mca btl self,vader,tcp")
    }
    return .ok("\(library); \(transports.groups[0].value)")
  }

  /// The loaded components in words: `pml ob1, btl self, vader`.
  private static func transports(_ facts: TransportFacts) -> String {
    let frameworks = ["pml", "btl", "mtl"].compactMap { framework -> String? in
      let names = facts.loaded.filter { $0.hasPrefix("\(framework)_") }
        .map { $0.dropFirst(framework.count + 1) }
      return names.isEmpty ? nil : "\(framework) \(names.joined(separator: ", "))"
    }
    return frameworks.isEmpty ? "transports not known" : frameworks.joined(separator: "; ")
  }
}
