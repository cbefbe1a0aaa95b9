import Foundation
import JSONText
import TestSupport
import Testing

extension EndToEnd {
  @Suite("Estimate", .serialized)
  struct EstimateTests {
    private static let digits = ["-c", "configs/digits-mlp.yaml", "--seconds", "0.1"]

    @Test("predicts larger jobs of this machine")
    func ranks() throws {
      let folder = try TemporaryFolder()
      let file = folder.file("estimate.json")
      let result = try run(
        ["estimate"] + Self.digits + ["--ranks", "1,2,8", "--json", file])
      #expect(result.exitCode == 0, "\(result.text)")
      #expect(result.output.contains("digits-mlp: global batch 32 = 4 shards x 8"))
      #expect(result.output.contains("fewer shards than ranks"))
      #expect(result.output.contains("- best on a host of "))
      let json = try JSONValue.parse(String(contentsOfFile: file, encoding: .utf8))
      let rows = try #require(json["predicted"]?.array)
      #expect(rows.compactMap { $0["ranks"]?.integer } == [1, 2, 8])
      for row in rows.prefix(2) {
        let (step, rate) = (row["step_us"]?.number ?? 0, row["samples_per_second"]?.number ?? 0)
        #expect(step > 0 && abs(step * rate / 32e6 - 1) < 1e-9)
        #expect(row["messages_us"]?.number == 0)
      }
      #expect(rows[2]["step_us"] == nil)
      #expect(json["measured"]?.array?.first?["cores"]?.integer == 1)
    }

    @Test("predicts jobs of several hosts, the slower the slower their link")
    func link() throws {
      let folder = try TemporaryFolder()
      func messages(_ rate: String) throws -> Double {
        let file = folder.file(rate)
        let line = ["--link", rate, "--latency", "10us", "--cores-per-host", "1", "--json", file]
        let result = try run(["estimate"] + Self.digits + ["--ranks", "1,2,4"] + line)
        #expect(result.exitCode == 0, "\(result.text)")
        let json = try JSONValue.parse(String(contentsOfFile: file, encoding: .utf8))
        let rows = try #require(json["predicted"]?.array)
        #expect(rows.compactMap { $0["hosts"]?.integer } == [1, 2, 4])
        return try #require(rows[1]["messages_us"]?.number)
      }
      let (fast, slow) = (try messages("10gbit"), try messages("100mbit"))
      // A message each way, and half of the gradient's and of the parameters' 26,304 bytes, of which each
      // frame carries 1,448 in its 1,538.
      #expect(abs(fast - (20 + 26_304 * 8e-4 * 1538 / 1448)) < 0.1, "\(fast)")
      #expect(abs((slow - 20) / (fast - 20) - 100) < 1e-6)
    }

    @Test("refuses what it does not understand, and several ranks", .needsLauncher)
    func wrong() throws {
      let config = ["estimate", "-c", "configs/digits-mlp.yaml"]
      try run(config + ["--ranks", "1,x"]).expectFailure(2, saying: ["`--ranks` cannot be `1,x`"])
      try run(config + ["--link", "fast"]).expectFailure(
        2, saying: ["`--link` cannot be `fast`", "--link 1gbit"])
      try run(config + ["--latency", "5"]).expectFailure(2, saying: ["`--latency` cannot be `5`"])
      try run(config, ranks: 2).expectFailure(
        2, saying: ["estimate predicts many ranks from one", "start it without mpirun"])
    }
  }
}
