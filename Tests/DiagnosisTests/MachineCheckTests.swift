import Testing

@testable import Diagnosis

@Suite("Doctor's checks of machines")
struct MachineCheckTests {
  @Test("single copy: refused where Open MPI relies on it")
  func singleCopy() {
    var job = MadeUpJob.oneHost
    job.ranks[1].transport.singleCopy = .refused(1)
    expect(
      SingleCopyCheck.judge(job), .failed, "on a", "btl_vader_single_copy_mechanism none",
      "--cap-add=SYS_PTRACE")
    var scoped = job
    scoped.ranks[1].transport.traceScope = 1
    expect(SingleCopyCheck.judge(scoped), .ok)
    var told = job
    told.ranks[0].transport.settings["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"
    expect(SingleCopyCheck.judge(told), .ok, "off")
    var other = job
    for rank in other.ranks.indices { other.ranks[rank].transport.loaded = ["pml_ucx"] }
    expect(SingleCopyCheck.judge(other), .ok)
    job.ranks.removeLast()
    expect(SingleCopyCheck.judge(job), .ok, "one rank a host")
  }

  @Test("cores: ranks bound to one core, workers without cores, cores without workers")
  func cores() {
    var job = MadeUpJob.oneHost
    expect(CoresCheck.judge(job), .ok, "a: 2 x 2 workers on 4 cores")
    job.ranks[1].processors.allowedCores = [0]
    expect(
      CoresCheck.judge(job), .failed, "rank 1 (host a) has 2 workers on 1 core", "--bind-to none",
      "--map-by slot:PE=2")
    for rank in job.ranks.indices {
      job.ranks[rank].processors.allowedCores = [0]
      job.ranks[rank].processors.workers = 1
    }
    expect(
      CoresCheck.judge(job), .failed, "2 workers of a may use 1 core alone, of 4", "--bind-to none")
    job.ranks[1].processors.allowedCores = [1]
    expect(CoresCheck.judge(job), .warning, "2 cores of 4; the others stay idle", "--bind-to none")
    for rank in job.ranks.indices { job.ranks[rank].processors.workersAreGiven = true }
    expect(CoresCheck.judge(job), .ok)
    var crowded = MadeUpJob.oneHost
    crowded.ranks += crowded.ranks
    expect(CoresCheck.judge(crowded), .warning, "8 workers share 4 cores of a", "up to 4 a host")
    var unequal = MadeUpJob.twoHosts
    for rank in 2...3 {
      unequal.ranks[rank].processors.allowedCores = Array(0..<8)
      unequal.ranks[rank].processors.coreCount = 8
    }
    expect(
      CoresCheck.judge(unequal), .warning, "4 of 8 cores of b stay idle", "smallest host (2)",
      "slots=4")
  }

  @Test("CPU quota: less time than workers")
  func quota() {
    var job = MadeUpJob.oneHost
    for rank in job.ranks.indices { job.ranks[rank].processors.quota = 4 }
    expect(QuotaCheck.judge(job), .ok, "a: 4.0 cores")
    for rank in job.ranks.indices { job.ranks[rank].processors.quota = 1.5 }
    expect(QuotaCheck.judge(job), .failed, "4 workers on a", "1.5 cores", "--cpus=4", "up to 1")
  }

  @Test("shared memory: what the window needs, else what containers have")
  func sharedMemory() {
    var job = MadeUpJob.oneHost
    for rank in job.ranks.indices { job.ranks[rank].memory.sharedFree = 8 << 20 }
    // 1 MiB of parameters, two states and four gradients, and 4 MiB a rank for Open MPI.
    expect(
      SharedMemoryCheck.judge(job), .failed, "8.0 MiB free", "the window takes 7.0 MiB",
      "--shm-size=82m", "distributed.reducer: message")
    var message = job
    message.ranks[0].configuration?.sharesMemory = false
    expect(SharedMemoryCheck.judge(message), .ok, "distributed.reducer")
    for rank in job.ranks.indices { job.ranks[rank].configuration = nil }
    expect(SharedMemoryCheck.judge(job), .warning, "--shm-size=2g")
    job.ranks.removeLast()
    expect(SharedMemoryCheck.judge(job), .ok, "one rank a host needs none")
  }

  @Test("memory: a control group's limit below what the network takes")
  func memory() {
    var job = MadeUpJob.oneHost
    job.ranks[0].configuration?.parameterBytes = MadeUpJob.gibibyte
    job.ranks[0].memory.limit = 4 * MadeUpJob.gibibyte
    expect(MemoryCheck.judge(job), .failed, "a has 4.0 GiB", "2 ranks need 7.1 GiB", "--memory=11g")
    job.ranks[0].memory.limit = nil
    expect(MemoryCheck.judge(job), .ok, "a: 16.0 GiB")
    job.ranks[0].memory.total = 4 * MadeUpJob.gibibyte
    expect(MemoryCheck.judge(job), .failed, "fewer ranks")
  }

  @Test("limits: open files, and locked memory where an adapter needs it")
  func limits() {
    var job = MadeUpJob.twoHosts
    job.ranks[1].memory.openFiles = 100
    expect(LimitsCheck.judge(job), .warning, "on a may open 100 files", "ulimit -n 4096")
    job = MadeUpJob.twoHosts
    job.ranks[2].memory.locked = 64 << 10
    expect(LimitsCheck.judge(job), .ok)
    job.ranks[2].memory.hasRemoteMemoryAdapter = true
    expect(LimitsCheck.judge(job), .warning, "on b may lock 64.0 KiB", "ulimit -l unlimited")
  }

  @Test("large pages and OpenMP's bindings")
  func kernelAndEnvironment() {
    var job = MadeUpJob.twoHosts
    job.ranks[2].memory.largePages = "never"
    expect(LargePagesCheck.judge(job), .warning, "never on rank 2 (host b)", "echo madvise")
    job.ranks[3].processors.openMP = ["OMP_NUM_THREADS": "8", "OMP_PROC_BIND": "true"]
    expect(OpenMPCheck.judge(job), .warning, "OMP_PROC_BIND on rank 3 (host b)", "unset")
    job.ranks[3].processors.openMP = ["OMP_PROC_BIND": "false"]
    job.ranks[0].processors.openMP = ["OMP_NUM_THREADS": "8"]
    expect(OpenMPCheck.judge(job), .ok, "OMP_NUM_THREADS is 8")
  }

  @Test("disk: unwritable, full or slow")
  func disk() {
    var job = MadeUpJob.oneHost
    job.ranks[0].disk?.rate = 1e6
    expect(DiskCheck.judge(job), .warning, "slow", "--out DIR")
    job.ranks[0].disk?.free = 1 << 20
    expect(DiskCheck.judge(job), .warning, "little room", "keep_last: 1")
    job.ranks[0].disk?.problem = "cannot create runs/x: Permission denied"
    expect(DiskCheck.judge(job), .failed, "Permission denied", "--out DIR")
  }
}
