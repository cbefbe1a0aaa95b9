import Testing

@testable import Diagnosis

/// Expects a finding of a state whose text and hint contain some words.
func expect(
  _ finding: Finding, _ state: Finding.State, _ pieces: String...,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(finding.state == state, "\(finding)", sourceLocation: sourceLocation)
  let text = "\(finding.found)\n\(finding.hint ?? "")"
  for piece in pieces {
    #expect(text.contains(piece), "`\(piece)` in \(text)", sourceLocation: sourceLocation)
  }
  #expect((finding.hint == nil) == (state == .ok), "\(finding)", sourceLocation: sourceLocation)
}

@Suite("Doctor's checks of what ranks have in common")
struct RankCheckTests {
  @Test("find nothing wrong with sound jobs", arguments: [MadeUpJob.oneHost, MadeUpJob.twoHosts])
  func sound(job: JobFacts) {
    for (check, finding) in Examination(job).results {
      #expect(finding.state == .ok, "\(check): \(finding)")
    }
  }

  @Test("launch: counts ranks and hosts, and knows that root needs leave")
  func launch() {
    expect(LaunchCheck.judge(MadeUpJob.twoHosts), .ok, "4 ranks on 2 hosts (a: 2, b: 2)")
    var alone = JobFacts(ranks: [MadeUpJob.rank()], isLaunched: false)
    expect(LaunchCheck.judge(alone), .ok, "one process")
    alone.ranks[0].software.isRoot = true
    expect(LaunchCheck.judge(alone), .warning, "root", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
    alone.ranks[0].software.rootMayLaunch = true
    expect(LaunchCheck.judge(alone), .ok)
  }

  @Test("MPI: names the library and its transports, and who has others")
  func library() {
    expect(LibraryCheck.judge(MadeUpJob.oneHost), .ok, "Open MPI v4.1.4; pml ob1; btl self, vader")
    var job = MadeUpJob.twoHosts
    job.ranks[3].software.library = "Open MPI v5.0.1"
    expect(LibraryCheck.judge(job), .failed, "Open MPI v5.0.1 on rank 3 (host b)", "install")
    job = MadeUpJob.twoHosts
    job.ranks[2].transport.loaded = ["pml_ucx"]
    expect(LibraryCheck.judge(job), .failed, "pml ucx on rank 2 (host b)", "--mca pml ob1")
    job.ranks = [MadeUpJob.rank()]
    job.ranks[0].software.library = nil
    expect(LibraryCheck.judge(job), .ok, "not needed")
  }

  @Test("instruction set: levels that differ are named, with what mends them")
  func instructionSet() {
    var job = MadeUpJob.twoHosts
    job.ranks[2].software.instructionSet = "AVX2"
    job.ranks[3].software.instructionSet = "AVX2"
    expect(
      InstructionSetCheck.judge(job), .failed, "AVX-512 on ranks 0-1 (host a)",
      "AVX2 on ranks 2-3 (host b)", "train.isa: avx2")
  }

  @Test("oneDNN and the program: other versions are named")
  func versions() {
    var job = MadeUpJob.twoHosts
    job.ranks[1].software.oneDNN = "3.1.0"
    job.ranks[3].software.program = "ffff"
    expect(OneDNNCheck.judge(job), .failed, "3.1.0 on rank 1 (host a)", "libdnnl")
    expect(ProgramCheck.judge(job), .failed, "ffff on rank 3 (host b)", "copy one binary")
    job.ranks[3].software.program = nil
    expect(ProgramCheck.judge(job), .failed, "unreadable on rank 3")
  }

  @Test("configuration: unreadable on some, unreadable on all, or not the same")
  func configuration() {
    var job = MadeUpJob.twoHosts
    job.ranks[2].configuration?.hash = "beef"
    expect(ConfigurationCheck.judge(job), .failed, "beef on rank 2 (host b)")
    job.ranks[2].configuration?.problem = "cannot open c.yaml"
    expect(ConfigurationCheck.judge(job), .failed, "rank 2 (host b): cannot open c.yaml", "copy")
    for rank in job.ranks.indices { job.ranks[rank].configuration?.problem = "unknown key `a`" }
    expect(ConfigurationCheck.judge(job), .failed, "unknown key `a`", "config check")
    for rank in job.ranks.indices { job.ranks[rank].configuration = nil }
    expect(ConfigurationCheck.judge(job), .ok, "-c FILE")
    expect(DataCheck.judge(job), .ok)
    expect(ShardsCheck.judge(job), .ok)
  }

  @Test("data: files that are missing or other on a host")
  func data() {
    var job = MadeUpJob.twoHosts
    job.ranks[2].configuration?.files[0].hash = "0000"
    expect(
      DataCheck.judge(job), .failed, "/data/x has another content on b (0000) than on a (da7a)")
    job.ranks[2].configuration?.files[0].hash = nil
    expect(DataCheck.judge(job), .failed, "/data/x cannot be read on b", "mount")
    job = MadeUpJob.twoHosts
    job.ranks[0].configuration?.dataProblem = "the file ends at byte 7 (/data/x)"
    expect(DataCheck.judge(job), .failed, "ends at byte 7", "config check")
    job = MadeUpJob.twoHosts
    for rank in job.ranks.indices { job.ranks[rank].configuration?.files = [] }
    expect(DataCheck.judge(job), .ok, "synthetic")
  }

  @Test("shards: unset, too few for the ranks, or dealt unevenly")
  func shards() {
    var job = MadeUpJob.twoHosts
    job.ranks[0].configuration?.shards = nil
    expect(ShardsCheck.judge(job), .warning, "not set", "for instance to 8")
    job.ranks[0].configuration?.shards = 3
    expect(
      ShardsCheck.judge(job), .failed, "3 shards cannot be dealt to 4 ranks", "at most 3 ranks")
    job.ranks[0].configuration?.shards = 12
    expect(ShardsCheck.judge(job), .warning, "at most 75 %", "train.shards: 16")
    job.ranks[0].configuration?.shards = 4
    for rank in job.ranks.indices { job.ranks[rank].processors.workers = 1 }
    expect(ShardsCheck.judge(job), .warning, "4 shards keep 4 of 8 cores busy", "train.shards: 8")
  }
}
