internal import RunRecords

/// Whether the windows that the ranks of a host share have room.
struct SharedMemoryCheck: Check {
  static let name = "shared memory"
  /// What is little where nobody says how much is needed: containers start with 64 MiB.
  private static let little = 256 << 20
  /// Bytes a rank that Open MPI itself takes for messages.
  private static let reserve = 4 << 20

  static func judge(_ job: JobFacts) -> Finding {
    let sharing = job.nodes.filter { $0.ranks.count > 1 }
    let worst = (sharing.isEmpty ? job.nodes : sharing).min {
      $0.first.memory.sharedFree < $1.first.memory.sharedFree
    }
    guard let worst else { return .ok("no host") }
    let memory = worst.first.memory
    let found =
      "/dev/shm of \(worst.host) has \(NumberText.bytes(memory.sharedFree)) free of "
      + NumberText.bytes(memory.sharedSize)
    guard !sharing.isEmpty else { return .ok(found + "; one rank a host needs none") }
    guard job.configuration?.sharesMemory != false else {
      return .ok(found + "; this `distributed.reducer` needs none")
    }
    guard let needed = job.windowBytes(of: worst) else {
      if memory.sharedFree >= little { return .ok(found) }
      return .warning(
        found, hint: "start the container with --shm-size=2g, or set `distributed.reducer: message`"
      )
    }
    let text = "\(found); the window takes \(NumberText.bytes(needed))"
    let all = needed + worst.ranks.count * reserve
    if memory.sharedFree >= all { return .ok(text) }
    let mebibytes = (all >> 20) * 5 / 4 + 64
    return .failed(
      text,
      hint:
        "start the container with --shm-size=\(mebibytes)m, or `mount -o remount,size=\(mebibytes)m "
        + "/dev/shm` as root, or set `distributed.reducer: message`, which needs none")
  }
}

extension JobFacts {
  /// Bytes of the window that the ranks of a host share: parameters, the optimizer's state, and the lanes'
  /// gradients; nil where no configuration says.
  func windowBytes(of node: Node) -> Int? {
    guard let configuration, configuration.sharesMemory, let bytes = configuration.parameterBytes
    else { return nil }
    let lanes = node.facts.reduce(0) { $0 + $1.processors.workers }
    let gradients = max(lanes, min(configuration.shards ?? lanes, 2 * lanes))
    return bytes * (1 + configuration.stateCount + gradients)
  }
}
