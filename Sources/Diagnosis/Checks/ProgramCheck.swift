internal import MessagePassing

/// Whether all ranks run the same program file.
struct ProgramCheck: Check {
  static let name = "program"

  static func judge(_ job: JobFacts) -> Finding {
    let programs = job.groups { $0.software.program ?? "unreadable" }
    guard programs.isUniform else {
      return .failed(
        "different builds: \(programs.description)",
        hint: "copy one binary to every host, or start it from a folder that all share")
    }
    return .ok(
      job.ranks.count == 1 ? programs.groups[0].value : "\(programs.groups[0].value) on all ranks")
  }
}
