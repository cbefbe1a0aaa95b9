/// Whether Open MPI copies messages straight out of another rank's memory, and may.
///
/// Where it takes that way and the kernel refuses, as in most containers, it complains at every
/// message. With Yama's scope above 0 it does without by itself.
struct SingleCopyCheck: Check {
  static let name = "single copy"

  static func judge(_ job: JobFacts) -> Finding {
    guard job.nodes.contains(where: { $0.ranks.count > 1 }) else {
      return .ok("not needed: one rank a host")
    }
    if let told = job.setting("btl_vader_single_copy_mechanism"), told != "cma" {
      return .ok("off: btl_vader_single_copy_mechanism is \(told)")
    }
    guard job.ranks.contains(where: { $0.transport.loaded.contains("btl_vader") }) else {
      return .ok("not used by the transports in use")
    }
    let refused = job.ranks.indices.filter { index in
      guard case .refused = job.ranks[index].transport.singleCopy else { return false }
      return (job.ranks[index].transport.traceScope ?? 0) == 0
    }
    guard !refused.isEmpty else { return .ok("permitted, or left by Open MPI itself") }
    let hosts = job.nodes.filter { !Set($0.ranks).isDisjoint(with: refused) }.map(\.host)
    return .failed(
      "a rank may not read another's memory on \(hosts.joined(separator: ", ")), but Open MPI tries to",
      hint: "mpirun --mca btl_vader_single_copy_mechanism none, or "
        + "export OMPI_MCA_btl_vader_single_copy_mechanism=none, or start the container with "
        + "--cap-add=SYS_PTRACE")
  }
}
