import Foundation
import JSONText
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension FaultTolerance {
  @Suite("Ranks that hang or crash, and what their records tell", .serialized, .needsLauncher)
  struct SilenceTests {
    private static let changes = [
      "train.epochs=100000", "train.shards=6", "train.workers=1", "distributed.stall_warn=1",
      "distributed.stall_abort=3",
    ]

    /// Sends a signal to a rank of a job that has done some steps.
    private func send(
      _ signal: Int32, to rank: Int, of job: Job, _ training: TrainingFolder
    ) throws {
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      let ranks = job.descendants.filter { pid in
        let line = try? String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8)
        return line?.contains("OMPI_COMM_WORLD_RANK=\(rank)\0") == true
      }
      kill(try #require(ranks.first), signal)
    }

    /// What `report --crash` says of the run, line by line.
    private func crashReport(_ training: TrainingFolder) throws -> [String] {
      let result = try run(["report", try #require(training.run), "--crash"])
      #expect(result.exitCode == 0, "\(result.text)")
      return result.output.split(separator: "\n").map(String.init)
    }

    @Test(
      "a stopped rank is named with what it was doing, then the job ends with 5",
      arguments: [("window", 1), ("message", 1), ("window", 0), ("message", 0)])
    func stopped(reducer: String, rank: Int) throws {
      let training = try TrainingFolder(
        "configs/digits-mlp.yaml", Self.changes + ["distributed.reducer=\(reducer)"])
      let job = try training.start(ranks: 3, limit: 60)
      try send(SIGSTOP, to: rank, of: job, training)
      let result = job.wait()
      #expect(result.exitCode == 5, "\(result.text)")
      let warnings = result.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
      #expect(warnings.count == 1, "\(result.text)")
      let others = [0, 1, 2].filter { $0 != rank }.map(String.init).joined(separator: ", ")
      for line in [warnings.first ?? "", "error[rank "] {
        let found = result.errors.split(separator: "\n").first { $0.hasPrefix(line) } ?? ""
        for piece in ["rank \(rank) (host ", "has been silent for ", " step "] {
          #expect(found.contains(piece), "`\(piece)`\n\(result.text)")
        }
      }
      #expect(warnings.first?.hasSuffix("; ranks \(others) wait for it") == true, "\(result.text)")
      let report = try crashReport(training)
      #expect(report.first?.hasPrefix("rank \(rank) (host ") == true, "\(report)")
      #expect(report.first?.contains("has been silent for 3 s") == true, "\(report)")
    }

    @Test("a rank that crashes notes its signal", arguments: [SIGSEGV, SIGBUS, SIGABRT])
    func crashed(signal: Int32) throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", Self.changes)
      let job = try training.start(ranks: 2, limit: 60)
      try send(signal, to: 1, of: job, training)
      #expect(job.wait().exitCode != 0)
      let report = try crashReport(training)
      #expect(report.count == 2, "\(report)")
      #expect(report[0].hasPrefix("rank 1 (host "), "\(report)")
      #expect(report[0].contains(" step "), "\(report)")
      #expect(report[0].contains("; signal \(signal) (SIG"), "\(report)")
      #expect(report[1].hasPrefix("rank 0 (host "), "\(report)")
    }

    @Test("a rank that was killed leaves what it did last", arguments: [0, 1])
    func killed(rank: Int) throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", Self.changes)
      let job = try training.start(ranks: 2, limit: 60)
      try send(SIGKILL, to: rank, of: job, training)
      #expect(job.wait().exitCode != 0)
      let report = try crashReport(training)
      #expect(report.count == 2, "\(report)")
      #expect(report[0].hasPrefix("rank \(rank) (host "), "\(report)")
      #expect(report[0].hasSuffix("; no signal noted: killed from outside"), "\(report)")
      #expect(report[1].contains("gave up because of rank \(rank)"), "\(report)")
    }

    @Test("a run of two ranks leaves a trace and a table of who waits for whom")
    func trace() throws {
      let training = try TrainingFolder(
        "configs/digits-mlp.yaml", ["train.epochs=2", "train.workers=1"])
      let folder = try TemporaryFolder()
      let path = folder.file("trace.json")
      let result = try training.train(ranks: 2, ["--trace", path])
      #expect(result.exitCode == 0, "\(result.text)")
      let trace = try JSONValue.parse(String(contentsOfFile: path, encoding: .utf8))
      let slices = try #require(trace["traceEvents"]?.array).filter { $0["ph"]?.string == "X" }
      for rank in [0, 1] {
        let names = Set(
          slices.filter { $0["pid"]?.integer == rank }.compactMap { $0["name"]?.string })
        #expect(names.isSuperset(of: ["forward", "backward", "update", "evaluation"]), "\(names)")
      }
      // Each waits for the other now and then, and knows for whom.
      let waits = slices.filter { $0["name"]?.string == "barrier" }
      #expect(waits.contains { $0["pid"]?.integer == 0 && $0["args"]?["rank"]?.integer == 1 })
      #expect(waits.contains { $0["pid"]?.integer == 1 && $0["args"]?["rank"]?.integer == 0 })
      #expect(
        slices.allSatisfy { ($0["dur"]?.number ?? -1) >= 0 && ($0["ts"]?.number ?? -1) >= 0 })
      let again = folder.file("again.json")
      let report = try run(["report", try #require(training.run), "--trace", again])
      #expect(report.exitCode == 0, "\(report.text)")
      for piece in ["digits-mlp  finished", "2 ranks x 1 worker", "exposed communication: "] {
        #expect(report.output.contains(piece), "\(report.text)")
      }
      let bytes = try [path, again].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
      #expect(bytes[0] == bytes[1])
      let crash = try crashReport(training)
      #expect(crash.allSatisfy { $0.hasSuffix(" finished") }, "\(crash)")
    }

    @Test("a folder that is half written, or full of garbage, gets a clear answer")
    func halfWritten() throws {
      let folder = try TemporaryFolder()
      for more in [[], ["--crash"]] {
        let none = try run(["report", folder.file("none")] + more)
        none.expectFailure(2, saying: ["none is no run folder: it does not exist"])
        let empty = try run(["report", folder.path] + more)
        empty.expectFailure(1, saying: ["no rank left a record of what it did"])
      }
      let flight = URL(fileURLWithPath: folder.file("flight"))
      try FileManager.default.createDirectory(at: flight, withIntermediateDirectories: true)
      try Data("garbage".utf8).write(to: flight.appendingPathComponent("rank-0000.ring"))
      let garbage = try run(["report", folder.path, "--crash"])
      garbage.expectFailure(1, saying: ["rank-0000.ring is no flight recorder's file"])
    }
  }
}
