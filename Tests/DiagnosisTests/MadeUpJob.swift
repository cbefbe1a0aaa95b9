import Diagnosis

/// Facts of jobs that do not exist, sound unless a test breaks them.
enum MadeUpJob {
  static let gibibyte = 1 << 30

  /// A rank of a machine with 4 cores, of which it may use all.
  static func rank(host: String = "a", node: Int = 0, cores: [Int] = [0, 1, 2, 3]) -> RankFacts {
    RankFacts(
      host: host, node: node,
      processors: ProcessorFacts(allowedCores: cores, coreCount: 4, workers: 2),
      memory: MemoryFacts(
        total: 16 * gibibyte, sharedSize: 8 * gibibyte, sharedFree: 8 * gibibyte,
        largePages: "madvise", openFiles: 4096),
      software: SoftwareFacts(
        program: "0011", library: "Open MPI v4.1.4", oneDNN: "2.6.3", instructionSet: "AVX-512",
        processor: "a CPU"),
      transport: TransportFacts(
        loaded: ["btl_self", "btl_vader", "pml_ob1"], singleCopy: .permitted),
      interfaces: [
        Interface(name: "lo", address: 0x7F00_0001, prefix: 8),
        Interface(name: "eth0", address: 0x0A00_0002 + UInt32(node), prefix: 24),
      ],
      disk: node == 0
        ? DiskFacts(folder: "runs", free: 100 * gibibyte, rate: 200e6, syncSeconds: 0.002) : nil,
      configuration: ConfigurationFacts(
        hash: "c0de", shards: 4, files: [.init(path: "/data/x", hash: "da7a")],
        parameterBytes: 1 << 20, stateCount: 2))
  }

  /// Two ranks on one machine.
  static var oneHost: JobFacts {
    JobFacts(
      ranks: [rank(), rank()],
      links: [LinkFacts(rank: 1, latency: 1e-6, bandwidth: 5e9, clockOffset: 0)], isLaunched: true)
  }

  /// Two ranks on each of two machines.
  static var twoHosts: JobFacts {
    var ranks = [rank(), rank(), rank(host: "b", node: 2), rank(host: "b", node: 2)]
    for index in ranks.indices {
      ranks[index].transport.loaded.append("btl_tcp")
      ranks[index].configuration?.shards = 8
    }
    return JobFacts(
      ranks: ranks,
      links: [
        LinkFacts(rank: 1, latency: 1e-6, bandwidth: 5e9, clockOffset: 0),
        LinkFacts(rank: 2, latency: 3e-5, bandwidth: 1.1e8, clockOffset: 0.001),
      ], isLaunched: true)
  }
}
