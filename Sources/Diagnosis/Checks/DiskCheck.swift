internal import RunRecords

/// Whether runs can be written where they shall be, and checkpoints fast.
struct DiskCheck: Check {
  static let name = "disk"
  private static let littleRoom = 1 << 30
  private static let slowRate = 20e6
  private static let slowSync = 0.1

  static func judge(_ job: JobFacts) -> Finding {
    guard let disk = job.ranks[0].disk else { return .ok("not looked at") }
    if let problem = disk.problem {
      return .failed(problem, hint: "name a folder that rank 0 can write to: --out DIR")
    }
    let found =
      "\(disk.folder): \(NumberText.bytes(disk.free)) free, \(NumberText.bytes(Int(disk.rate)))/s, "
      + "\(NumberText.fixed(1000 * disk.syncSeconds, decimals: 1)) ms to force a file to the disk"
    let configuration = job.configuration
    let checkpoint = (configuration?.parameterBytes ?? 0) * (1 + (configuration?.stateCount ?? 0))
    if disk.free < max(littleRoom, 5 * checkpoint) {
      return .warning(
        "little room: \(found)",
        hint: "free some, name another folder by --out DIR, or keep fewer checkpoints "
          + "(`train.checkpoint: {keep_last: 1, keep_best: 0}`)")
    }
    guard disk.rate < slowRate || disk.syncSeconds > slowSync else { return .ok(found) }
    return .warning(
      "slow: \(found)",
      hint:
        "a folder on a local disk (--out DIR), or fewer checkpoints (`train.checkpoint.every_epochs`)"
    )
  }
}
