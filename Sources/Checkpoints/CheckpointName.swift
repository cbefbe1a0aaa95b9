/// What a name in the folder of checkpoints means; anything else there is not ours and is left
/// alone.
enum CheckpointName: Equatable {
  /// A checkpoint: `step-000500`.
  case checkpoint(step: Int)
  /// A checkpoint that process `pid` is writing: `step-000500.tmp-71`.
  case temporary(step: Int, pid: Int32)
  /// The former checkpoint of a step while a new one takes its name: `step-000500.old-71`.
  case replaced(step: Int, pid: Int32)
  /// A checkpoint on its way out: `step-000500.del-71`.
  case discarded(step: Int, pid: Int32)
  /// A link that is to replace `last` or `best`: `last.tmp-71`.
  case linkTemporary(link: String, pid: Int32)

  /// The names of the links to checkpoints.
  static let links = ["last", "best"]

  /// Reads a name; nil where it is not ours.
  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let step = Self.step(parts[0])
    if parts.count == 1, let step {
      self = .checkpoint(step: step)
      return
    }
    guard parts.count == 2,
      let dash = parts[1].firstIndex(of: "-"),
      let pid = Int32(parts[1][parts[1].index(after: dash)...]), pid > 0
    else { return nil }
    switch (parts[1][..<dash], step) {
    case ("tmp", let step?): self = .temporary(step: step, pid: pid)
    case ("old", let step?): self = .replaced(step: step, pid: pid)
    case ("del", let step?): self = .discarded(step: step, pid: pid)
    case ("tmp", nil) where Self.links.contains(String(parts[0])):
      self = .linkTemporary(link: String(parts[0]), pid: pid)
    default: return nil
    }
  }

  private static func step(_ text: Substring) -> Int? {
    guard text.hasPrefix("step-") else { return nil }
    let digits = text.dropFirst(5)
    guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      let step = Int(digits), folder(step) == text
    else { return nil }
    return step
  }

  /// The name of a step's folder, padded so that names sort like steps up to a million.
  static func folder(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// The name on disk.
  var text: String {
    switch self {
    case .checkpoint(let step): Self.folder(step)
    case .temporary(let step, let pid): "\(Self.folder(step)).tmp-\(pid)"
    case .replaced(let step, let pid): "\(Self.folder(step)).old-\(pid)"
    case .discarded(let step, let pid): "\(Self.folder(step)).del-\(pid)"
    case .linkTemporary(let link, let pid): "\(link).tmp-\(pid)"
    }
  }
}
