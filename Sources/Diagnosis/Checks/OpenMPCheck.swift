/// Whether the environment lets OpenMP, which oneDNN brings along, bind threads.
///
/// How many threads it is told to start does not matter: every worker holds it to one.
struct OpenMPCheck: Check {
  static let name = "OpenMP"
  private static let binding = ["OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"]

  static func judge(_ job: JobFacts) -> Finding {
    for (rank, facts) in job.ranks.enumerated() {
      let set = binding.filter { name in
        facts.processors.openMP[name].map { $0.lowercased() != "false" } ?? false
      }
      guard !set.isEmpty else { continue }
      return .warning(
        "\(set.joined(separator: ", ")) on rank \(rank) (host \(facts.host)) binds threads, and the workers "
          + "of a rank to one core", hint: "unset \(binding.joined(separator: " "))")
    }
    let threads = job.ranks[0].processors.openMP["OMP_NUM_THREADS"]
    return .ok(threads.map { "OMP_NUM_THREADS is \($0); workers take one each" } ?? "nothing set")
  }
}
