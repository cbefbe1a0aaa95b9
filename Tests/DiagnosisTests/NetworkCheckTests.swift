import Testing

@testable import Diagnosis

@Suite("Doctor's checks of networks")
struct NetworkCheckTests {
  private func interface(_ name: String, _ address: String, _ prefix: Int) throws -> Interface {
    Interface(name: name, address: try #require(Interface.address(address)), prefix: prefix)
  }

  @Test("an interface knows its subnet and who is in it")
  func subnets() throws {
    let eth0 = try interface("eth0", "192.168.17.5", 20)
    #expect(eth0.subnet == "192.168.16.0/20")
    #expect(eth0.isIn("192.168.0.0/16") && eth0.isIn("0.0.0.0/0") && eth0.isIn("192.168.17.5/32"))
    #expect(!eth0.isIn("192.168.32.0/20") && !eth0.isIn("eth0") && !eth0.isIn("1.2.3/8"))
    #expect(Interface.address("1.2.3.256") == nil && Interface.address("1.2.3") == nil)
  }

  @Test("one common subnet is sound; others are excluded by a flag")
  func common() throws {
    var job = MadeUpJob.twoHosts
    expect(NetworkCheck.judge(job), .ok, "10.0.0.0/24")
    // A bridge of a container engine: the same address on every host.
    for rank in job.ranks.indices {
      job.ranks[rank].interfaces.append(try interface("docker0", "172.17.0.1", 16))
    }
    expect(
      NetworkCheck.judge(job), .warning, "may try 172.17.0.0/16",
      "--mca btl_tcp_if_include 10.0.0.0/24")
    job.ranks[0].transport.settings["OMPI_MCA_btl_tcp_if_include"] = "10.0.0.0/24"
    expect(NetworkCheck.judge(job), .ok, "which all hosts have")
    job.ranks[0].transport.settings["OMPI_MCA_btl_tcp_if_include"] = "eth1"
    expect(NetworkCheck.judge(job), .failed, "a, b has no such", "btl_tcp_if_include 10.0.0.0/24")
  }

  @Test("no common subnet, and no network at all")
  func none() throws {
    var job = MadeUpJob.twoHosts
    job.ranks[2].interfaces = [try interface("eth0", "10.1.0.2", 24)]
    expect(NetworkCheck.judge(job), .warning, "no subnet is common", "a: eth0 10.0.0.2/24; b: eth0")
    job.ranks.removeLast(2)
    expect(NetworkCheck.judge(job), .ok, "one host; eth0 10.0.0.2/24")
  }

  @Test("messages: a slow network to another host")
  func messages() {
    var job = MadeUpJob.twoHosts
    expect(MessagesCheck.judge(job), .ok, "rank 0 to 2 (b) 30.0 us, 104.9 MiB/s")
    job.ranks[0].meetingSeconds = 5e-7
    expect(MessagesCheck.judge(job), .ok, "ranks of a meet in 0.5 us")
    job.links[1].bandwidth = 1e7
    expect(MessagesCheck.judge(job), .warning, "slow network to b", "btl_tcp_if_include CIDR")
    job.links = []
    expect(MessagesCheck.judge(job), .ok, "one rank")
  }

  @Test("clocks: hosts that are seconds apart")
  func clocks() {
    var job = MadeUpJob.twoHosts
    expect(ClocksCheck.judge(job), .ok, "1.000 ms apart")
    job.links[1].clockOffset = -3.25
    expect(ClocksCheck.judge(job), .warning, "clock of b is 3.3 s behind", "chrony")
  }

  @Test("ranks that do not reach each other are told which networks to try")
  func unreached() throws {
    let eth0 = try interface("eth0", "10.0.0.2", 24)
    let docker0 = try interface("docker0", "172.17.0.1", 16)
    let one = ConnectionWatch.verdict([eth0], seconds: 30)
    #expect(one.contains("error: the ranks did not reach each other within 30 s"))
    #expect(one.contains("hint: ") && one.contains("--mca btl_tcp_if_include 10.0.0.0/24\n"))
    let two = ConnectionWatch.verdict([eth0, docker0], seconds: 0.5)
    #expect(two.contains("within 1 s") && two.contains("one of 10.0.0.0/24, 172.17.0.0/16"))
  }

  @Test("rank 0 measures to the next rank of its host and the first of each other host")
  func peers() {
    #expect(LinkFacts.peers(nodes: [0]) == [])
    #expect(LinkFacts.peers(nodes: [0, 0, 0]) == [1])
    #expect(LinkFacts.peers(nodes: [0, 1, 0, 1, 4]) == [1, 2, 4])
  }
}
