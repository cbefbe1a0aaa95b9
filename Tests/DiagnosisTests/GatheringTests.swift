import FoundationEssentials
import JSONText
import MessagePassing
import TestSupport
import Testing

@testable import Diagnosis

@Suite("Facts about this machine")
struct GatheringTests {
  @Test("come back from JSON as they were", arguments: [MadeUpJob.oneHost, MadeUpJob.twoHosts])
  func roundTrip(job: JobFacts) throws {
    var job = job
    job.ranks[0].transport.singleCopy = .refused(1)
    job.ranks[0].transport.settings = ["OMPI_MCA_btl": "self,vader"]
    job.ranks[0].processors.quota = 1.5
    job.ranks[0].memory.limit = 5
    job.ranks[0].memory.locked = 6
    job.ranks[0].meetingSeconds = 1e-7
    for rank in job.ranks {
      let text = JSONValue.object(rank.json).text()
      let object = try #require(JSONValue.parse(text).object)
      #expect(try RankFacts(json: object) == rank)
    }
    for link in job.links { #expect(try LinkFacts(json: link.json) == link) }
  }

  @Test("are gathered by one process")
  func alone() throws {
    let folder = try TemporaryFolder()
    try withWorld { world in
      let job = try JobFacts.gather(world, configuration: nil, folder: folder.file("runs"))
      let facts = job.ranks[0]
      #expect(job.ranks.count == 1 && job.links.isEmpty)
      #expect(facts.host == world.hostName && facts.configuration == nil)
      #expect(!facts.processors.allowedCores.isEmpty && facts.memory.total > 0)
      #expect(facts.software.program?.count == 16)
      let disk = try #require(facts.disk)
      #expect(disk.problem == nil && disk.rate > 0 && disk.free > 0)
    }
    // The probe of the disk leaves nothing.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test("name a disk that cannot be written to")
  func unwritable() {
    #expect(DiskFacts(of: "/proc/none").problem != nil)
  }

  @Test("list the cores of the kernel's text")
  func numbers() {
    #expect(SystemText.numbers("0-2,5") == [0, 1, 2, 5])
    #expect(SystemText.numbers("") == [])
    #expect(SystemText.field("Cpus_allowed_list", in: "a:\t1\nCpus_allowed_list:\t0-1\n") == "0-1")
    #expect(SystemText.field("model name", in: "model name\t: AMD EPYC\n") == "AMD EPYC")
  }

  @Test("find a limit in the kernel's table")
  func limits() {
    let table = """
      Limit                     Soft Limit           Hard Limit           Units
      Max open files            20000                30000                files
      Max locked memory         unlimited            unlimited            bytes
      """
    #expect(MemoryFacts.limit("Max open files", in: table) == 20000)
    #expect(MemoryFacts.limit("Max locked memory", in: table) == nil)
  }

  @Test("tell components of Open MPI by the names of their files")
  func components() {
    #expect(TransportFacts.component("/usr/lib/openmpi/mca_btl_vader.so") == "btl_vader")
    #expect(TransportFacts.component("/usr/lib/openmpi/mca_coll_tuned.so") == nil)
    #expect(TransportFacts.component("/usr/lib/libmpi.so") == nil)
  }

  @Test("read the least limit of the control groups, of either version")
  func controlGroups() throws {
    let folder = try TemporaryFolder()
    func write(_ text: String, _ path: String) throws {
      let whole = folder.file(path)
      let parent = String(whole.prefix(upTo: try #require(whole.lastIndex(of: "/"))))
      try FileManager.default.createDirectory(
        atPath: parent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: whole))
    }
    try write("max 100000\n", "two/job/rank/cpu.max")
    try write("150000 100000\n", "two/job/cpu.max")
    try write("max\n", "two/job/rank/memory.max")
    try write("1073741824\n", "two/job/memory.max")
    let second = ControlGroup(root: folder.file("two"), membership: "0::/job/rank\n")
    #expect(second.cores == 1.5 && second.memory == 1 << 30)
    try write("200000\n", "one/cpu,cpuacct/job/cpu.cfs_quota_us")
    try write("100000\n", "one/cpu,cpuacct/job/cpu.cfs_period_us")
    try write("9223372036854771712\n", "one/memory/memory.limit_in_bytes")
    let first = ControlGroup(
      root: folder.file("one"), membership: "3:cpu,cpuacct:/job\n4:memory:/job\n")
    #expect(first.cores == 2 && first.memory == nil)
    let none = ControlGroup(root: folder.file("none"), membership: "0::/\n")
    #expect(none.cores == nil && none.memory == nil)
  }
}
