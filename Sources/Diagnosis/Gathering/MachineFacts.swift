internal import DataParallelism
internal import DurableFiles
internal import Glibc
internal import MessagePassing
internal import Operators

extension ProcessorFacts {
  /// What this rank may compute with.
  ///
  /// - Parameters:
  ///   - workers: the threads that the configuration gives each rank; nil for the cores.
  ///   - shards: into how many shards a step is cut; nil where nothing says.
  ///   - world: all ranks.
  init(workers: Int?, shards: Int?, world: World) {
    let list = SystemText.field("Cpus_allowed_list", in: SystemText.read("/proc/self/status"))
    let cores = SystemText.numbers(list ?? "")
    allowedCores = cores.isEmpty ? Array(0..<Machine.allowedCores) : cores
    coreCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    quota = ControlGroup().cores
    let own = workers ?? max(1, allowedCores.count / world.node.size)
    // As a launch does: a worker without a shard would have nothing to do.
    let useful = shards.map { max(1, ($0 + world.size - 1) / world.size) } ?? own
    self.workers = min(own, useful)
    workersAreGiven = workers != nil
    openMP = Environment.variables { $0.hasPrefix("OMP_") || $0.hasPrefix("GOMP_") }
  }
}

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

/// The variables that this process was started with.
enum Environment {
  /// Those whose names fulfil a condition.
  static func variables(where isWanted: (String) -> Bool) -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1)
      if let name = parts.first.map(String.init), isWanted(name) {
        variables[name] = parts.count == 2 ? String(parts[1]) : ""
      }
      unsafe entry += 1
    }
    return variables
  }
}
