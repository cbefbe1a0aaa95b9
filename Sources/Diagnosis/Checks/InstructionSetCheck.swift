internal import MessagePassing

/// Whether all ranks compute at one instruction-set level, and so the same bits.
struct InstructionSetCheck: Check {
  static let name = "instruction set"

  static func judge(_ job: JobFacts) -> Finding {
    let levels = job.groups { $0.software.instructionSet }
    guard levels.isUniform else {
      return .failed(
        "different levels, so the last bits may depend on which rank computes what: "
          + levels.description,
        hint: "set `train.isa: avx2` (or `--set train.isa=avx2`), at some cost in speed")
    }
    let processors = job.groups { $0.software.processor }
    return .ok(
      "\(levels.groups[0].value) on "
        + (processors.isUniform
          ? processors.groups[0].value : "\(processors.groups.count) kinds of CPU"))
  }
}
