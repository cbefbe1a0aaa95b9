import Foundation
import JSONText
import TestSupport
import Testing

extension EndToEnd {
  @Suite("Doctor", .serialized)
  struct DoctorTests {
    private static let digits = ["-c", "configs/digits-mlp.yaml"]

    /// The row of a check.
    private func row(_ check: String, of result: JobResult) -> String {
      result.output.split(separator: "\n").first { $0.hasPrefix(check + "  ") }.map(String.init)
        ?? "no row \(check) in \(result.text)"
    }

    /// Expects that a check failed, and says so.
    private func expectFailed(
      _ check: String, _ text: String, in result: JobResult,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let row = row(check, of: result)
      #expect(
        row.contains(" FAILED ") && row.contains(text), "\(row)", sourceLocation: sourceLocation)
      #expect(result.exitCode == 1, "\(result.text)", sourceLocation: sourceLocation)
    }

    /// Starts a part of the ranks each with a command line of its own.
    private func job(_ parts: [[String]]) throws -> JobResult {
      let mpirun = [try #require(Machine.mpirun), "-q", "--bind-to", "none", "--oversubscribe"]
      let lines = parts.map { ["-n", "1"] + $0 }
      return try Job(commandLine: mpirun + Array(lines.joined(separator: [":"]))).wait()
    }

    @Test("alone looks at this machine")
    func alone() throws {
      let result = try run(["doctor"])
      #expect(result.exitCode == 0, "\(result.text)")
      for check in ["launch", "memory", "instruction set", "oneDNN", "disk", "cores"] {
        let row = row(check, of: result)
        #expect(row.contains(" ok ") || row.contains(" warning "), "\(row)")
      }
      #expect(result.output.contains(" ok, ") && result.output.hasSuffix(" failed\n"))
    }

    @Test("under mpirun compares the ranks", .needsLauncher, arguments: [2, 3])
    func ranks(count: Int) throws {
      let folder = try TemporaryFolder()
      let file = folder.file("doctor.json")
      let result = try run(
        ["doctor"] + Self.digits + ["--out", folder.path, "--json", file], ranks: count)
      #expect(result.exitCode == 0, "\(result.text)")
      #expect(row("launch", of: result).contains("\(count) ranks on 1 host"))
      #expect(row("MPI", of: result).contains("pml"))
      #expect(row("messages", of: result).contains("rank 0 to 1"))
      #expect(row("data", of: result).contains("1 file, the same"))
      #expect(row("configuration", of: result).contains("on all ranks"))
      let json = try JSONValue.parse(String(contentsOfFile: file, encoding: .utf8))
      #expect(json["failed"]?.integer == 0)
      #expect(json["ranks"]?.array?.count == count)
      #expect(json["links"]?.array?.count == 1)
      let names = json["checks"]?.array?.compactMap { $0["name"]?.string } ?? []
      #expect(names.contains("single copy") && names.contains("clocks"))
    }

    @Test("ends with 1 where ranks differ, and says what mends it", .needsLauncher, .needsAVX512)
    func differences() throws {
      let folder = try TemporaryFolder()
      let copy = folder.file("lockstep")
      try FileManager.default.copyItem(atPath: Machine.product, toPath: copy)
      let handle = try #require(FileHandle(forWritingAtPath: copy))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([0]))
      try handle.close()
      let result = try job([
        [Machine.product, "doctor"] + Self.digits,
        ["/usr/bin/env", "ONEDNN_MAX_CPU_ISA=AVX2", copy, "doctor"] + Self.digits
          + ["--set", "seed=5"],
      ])
      expectFailed("instruction set", "different levels", in: result)
      expectFailed("program", "different builds", in: result)
      expectFailed("configuration", "ranks read different ones", in: result)
      #expect(result.output.contains("hint: set `train.isa: avx2`"))
      let held = ["--set", "train.isa=avx2"]
      let mended = try job([
        [Machine.product, "doctor"] + Self.digits + held,
        ["/usr/bin/env", "ONEDNN_MAX_CPU_ISA=AVX2", Machine.product, "doctor"] + Self.digits + held,
      ])
      #expect(mended.exitCode == 0, "\(mended.text)")
      #expect(row("instruction set", of: mended).contains("AVX2 on "))
    }

    @Test("tells a configuration that cannot be read, here or on one rank", .needsLauncher)
    func unreadable() throws {
      let everywhere = try run(["doctor", "-c", "none.yaml"], ranks: 2)
      expectFailed("configuration", "there is no file", in: everywhere)
      let there = try job([
        [Machine.product, "doctor"] + Self.digits, [Machine.product, "doctor", "-c", "none.yaml"],
      ])
      expectFailed("configuration", "rank 1 (host ", in: there)
    }

    @Test("tells ranks that have no shards, and data that are not there", .needsLauncher)
    func configurations() throws {
      let crowded = try run(["doctor"] + Self.digits + ["--set", "train.shards=1"], ranks: 2)
      expectFailed("shards", "1 shard cannot be dealt to 2 ranks", in: crowded)
      let lost = try run(["doctor"] + Self.digits + ["--set", "data.train=none.csv"], ranks: 2)
      expectFailed("data", "none.csv cannot be read", in: lost)
    }

    @Test("ends where the ranks do not reach each other, naming the networks", .needsLauncher)
    func unreached() throws {
      // A process that never starts MPI looks like one that cannot be reached.
      let result = try job([[Machine.product, "doctor", "--wait", "1"], ["/bin/sleep", "60"]])
      #expect(result.exitCode != 0, "\(result.text)")
      #expect(
        result.output.contains("error: the ranks did not reach each other within 1 s"),
        "\(result.text)")
      #expect(result.output.contains("host "), "\(result.text)")
      #expect(result.output.contains("--mca btl_tcp_if_include"), "\(result.text)")
    }

    @Test("tells a rank that is bound to fewer cores than it has workers", .needsLauncher)
    func bound() throws {
      let line = [try #require(Machine.mpirun), "-q", "-n", "1", "--bind-to", "core"]
      let doctor = [Machine.product, "doctor"] + Self.digits + ["--set", "train.workers=2"]
      let result = try Job(commandLine: line + doctor).wait()
      guard ProcessInfo.processInfo.activeProcessorCount > 1 else { return }
      expectFailed("cores", "2 workers on 1 core", in: result)
      #expect(result.output.contains("hint: mpirun --bind-to none"))
    }
  }
}
