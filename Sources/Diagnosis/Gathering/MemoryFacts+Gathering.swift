internal import DataParallelism
internal import DurableFiles
internal import Glibc

extension MemoryFacts {
  /// The memory of this machine.
  init() {
    total = Machine.memoryByteCount
    limit = ControlGroup().memory
    var shared = statvfs()
    let isThere = unsafe statvfs("/dev/shm", &shared) == 0
    sharedSize = isThere ? Int(clamping: UInt64(shared.f_blocks) * UInt64(shared.f_frsize)) : 0
    sharedFree = isThere ? Int(clamping: UInt64(shared.f_bavail) * UInt64(shared.f_frsize)) : 0
    let modes = SystemText.line("/sys/kernel/mm/transparent_hugepage/enabled")
    largePages = modes?.split(separator: "[").last?.split(separator: "]").first.map(String.init)
    let limits = SystemText.read("/proc/self/limits") ?? ""
    openFiles = Self.limit("Max open files", in: limits) ?? .max
    locked = Self.limit("Max locked memory", in: limits)
    let adapters = try? FileSystem().names(in: "/sys/class/infiniband")
    hasRemoteMemoryAdapter = adapters?.isEmpty == false
  }

  /// The limit that holds for this process, from the kernel's table of them; nil for none.
  static func limit(_ name: String, in table: String) -> Int? {
    let line = table.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }
}
