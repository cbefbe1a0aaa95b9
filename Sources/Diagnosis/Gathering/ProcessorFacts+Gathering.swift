internal import DataParallelism
internal import Glibc
internal import MessagePassing

extension ProcessorFacts {
  /// What this rank may compute with.
  ///
  /// - Parameters:
  ///   - workers: the threads that the configuration gives each rank; nil for the cores.
  ///   - shards: into how many shards a step is cut; nil where nothing says.
  ///   - world: all ranks.
  /// - Throws: `MPIError` where messages fail.
  /// - Note: Collective: all ranks agree on the least number of workers, as a launch does.
  init(workers: Int?, shards: Int?, world: World) throws(MPIError) {
    let cores = Self.allowedCores(of: "self")
    allowedCores = cores.isEmpty ? Array(0..<Machine.allowedCores) : cores
    // A launcher binds the ranks and not itself; a container's limits hold for both.
    coreCount = max(allowedCores.count, Self.allowedCores(of: "\(getppid())").count)
    quota = ControlGroup().cores
    let own = workers ?? max(1, allowedCores.count / world.node.size)
    // A worker without a shard would have nothing to do.
    let useful = shards.map { max(1, ($0 + world.size - 1) / world.size) } ?? own
    self.workers = try world.communicator.allGather(min(own, useful)).min() ?? own
    workersAreGiven = workers != nil
    openMP = Environment.variables { $0.hasPrefix("OMP_") || $0.hasPrefix("GOMP_") }
  }

  /// The numbers of the cores that a process may run on; none where the kernel does not say.
  private static func allowedCores(of process: String) -> [Int] {
    let status = SystemText.read("/proc/\(process)/status")
    return SystemText.numbers(SystemText.field("Cpus_allowed_list", in: status) ?? "")
  }
}
