internal import Glibc

/// The process that made a temporary file or folder, known by the number at the end of its name.
package struct FileOwner: Sendable {
  /// The process's number.
  package let pid: Int32

  /// Names a process.
  package init(pid: Int32) {
    self.pid = pid
  }

  /// Whether nobody needs the file any more: no other process of that number is alive.
  ///
  /// What bears the number of this process itself was left by an earlier one of the same number, or by an
  /// attempt of this one that failed.
  package var isGone: Bool {
    if pid == getpid() { return true }
    if kill(pid, 0) != 0 { return errno != EPERM }
    return isZombie
  }

  /// Whether the process was killed and its parent has not noticed yet; its number is still taken then.
  private var isZombie: Bool {
    let descriptor = unsafe open("/proc/\(pid)/stat", O_RDONLY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    // The state follows the name, which stands in parentheses and may hold any character.
    guard let end = bytes.prefix(max(0, count)).lastIndex(of: UInt8(ascii: ")")) else {
      return false
    }
    return bytes[(end + 1)...].first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "Z")
  }
}
