internal import MessagePassing

/// Whether the kernel gives large pages to whom asks for them, as the arenas do.
struct LargePagesCheck: Check {
  static let name = "large pages"

  static func judge(_ job: JobFacts) -> Finding {
    let modes = job.groups { $0.memory.largePages ?? "not known" }
    guard let without = modes.groups.first(where: { $0.value == "never" }) else {
      return .ok(modes.isUniform ? modes.groups[0].value : modes.description)
    }
    return .warning(
      "never on \(without.place): large networks start slower and miss the translation cache",
      hint: "as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled")
  }
}
