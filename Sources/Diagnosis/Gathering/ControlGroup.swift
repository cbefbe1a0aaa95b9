/// The limits of the control groups that this process is in, of either version of the kernel's interface.
///
/// A group's limit holds for those below it too, so the least on the way to the root counts. In a container
/// the path may be the host's, of which only the root is visible.
struct ControlGroup {
  private let root: String
  private let membership: String

  /// Looks at a process's groups.
  ///
  /// - Parameters:
  ///   - root: where the interface is mounted.
  ///   - membership: the content of `/proc/self/cgroup`.
  init(
    root: String = "/sys/fs/cgroup", membership: String = SystemText.read("/proc/self/cgroup") ?? ""
  ) {
    self.root = root
    self.membership = membership
  }

  /// How many cores' time the process may use; nil for any.
  var cores: Double? {
    let second = folders(of: "").compactMap { folder -> Double? in
      let parts = (SystemText.line("\(folder)/cpu.max") ?? "").split(separator: " ")
        .compactMap { Double($0) }
      return parts.count == 2 ? parts[0] / parts[1] : nil
    }
    let first = folders(of: "cpu").compactMap { folder -> Double? in
      guard let quota = SystemText.line("\(folder)/cpu.cfs_quota_us").flatMap({ Double($0) }),
        let period = SystemText.line("\(folder)/cpu.cfs_period_us").flatMap({ Double($0) }),
        quota > 0, period > 0
      else { return nil }
      return quota / period
    }
    return (second + first).min()
  }

  /// Bytes of memory that the process may use; nil for any.
  var memory: Int? {
    let texts =
      folders(of: "").map { "\($0)/memory.max" }
      + folders(of: "memory").map { "\($0)/memory.limit_in_bytes" }
    // Without a limit the first version says the largest number of whole pages.
    return texts.compactMap { SystemText.line($0).flatMap { Int($0) } }.filter { $0 < 1 << 60 }
      .min()
  }

  /// The folders of a controller's groups, from the process's own to the root; the one hierarchy of the
  /// second version has no name.
  private func folders(of controller: String) -> [String] {
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let names = parts[1].split(separator: ",")
      guard controller.isEmpty ? parts[1].isEmpty : names.contains(Substring(controller)) else {
        continue
      }
      let mount = controller.isEmpty ? root : "\(root)/\(parts[1])"
      var path = parts[2].split(separator: "/")
      var folders = [mount]
      while !path.isEmpty {
        folders.append("\(mount)/\(path.joined(separator: "/"))")
        path.removeLast()
      }
      return folders
    }
    return []
  }
}
