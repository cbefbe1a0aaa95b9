import Foundation
import JSONText
import TestSupport
import Testing

extension EndToEnd {
  @Suite("The other commands", .serialized)
  struct CommandTests {
    @Test("conformance: a row a case, the sums, and unknown layers named")
    func conformance() throws {
      let result = try run(["conformance", "Tests/Reference/conformance"])
      let cases = RepositoryFiles.folders(in: "Tests/Reference/conformance")
      let lines = result.output.split(separator: "\n").map(String.init)
      let failed = lines.filter { $0.contains("FAILED") }
      #expect(lines.last == "\(cases.count - failed.count) passed, \(failed.count) failed")
      #expect(result.exitCode == (failed.isEmpty ? 0 : 1), "\(result.text)")
      for name in cases {
        #expect(lines.contains { $0.hasPrefix(name + " ") }, "\(name)\n\(result.text)")
      }
      for line in failed {
        #expect(line.contains("FAILED: unknown "), "\(line)")
      }
      let families = ["linear-", "mlp-", "activation-", "loss-", "clip-", "optimizer-sgd"]
      #expect(
        !failed.contains { line in families.contains { line.hasPrefix($0) } }, "\(result.text)")
    }

    @Test("conformance: a tolerance that no case can pass fails all of them")
    func strictConformance() throws {
      let result = try run(["conformance", "Tests/Reference/conformance", "--tolerance", "1e-30"])
      #expect(result.exitCode == 1)
      #expect(result.output.contains("mlp-two-hidden"))
      #expect(
        result.output.contains("FAILED: parameters of ")
          || result.output.contains("FAILED: output"),
        "\(result.text)")
    }

    @Test("bench writes every figure that is asked for", .needsLauncher, arguments: [nil, 1, 2])
    func bench(ranks: Int?) throws {
      let folder = try TemporaryFolder()
      let file = folder.file("bench.json")
      let result = try run(
        ["bench", "-c", "configs/digits-softmax.yaml", "--seconds", "0.3", "--json", file],
        ranks: ranks)
      #expect(result.exitCode == 0, "\(result.text)")
      let json = try JSONValue.parse(String(contentsOfFile: file, encoding: .utf8))
      let blocks = try #require(json["blocks"]?.array).compactMap(\.number)
      #expect(blocks.count == 5 && blocks.allSatisfy { $0 > 0 })
      #expect(json["median"]?.number == blocks.sorted()[2])
      #expect(json["ranks"] == .integer(Int64(ranks ?? 1)))
      for key in ["peak_rss_mib", "start_to_first_step_done_s"] {
        #expect(try #require(json[key]?.number) > 0, "\(key)")
      }
      #expect((0...1).contains(try #require(json["allreduce_share"]?.number)))
    }

    @Test("output that goes to a file has no control characters", .needsLauncher)
    func plainOutput() throws {
      for ranks in [nil, 1, 2] {
        let result = try TrainingFolder("configs/digits-mlp.yaml", ["train.epochs=2"]).train(
          ranks: ranks)
        _ = try result.weights()
        let controls = (result.output + result.errors).unicodeScalars.filter {
          $0.value < 32 && $0 != "\n"
        }
        #expect(controls.isEmpty, "\(result.text)")
        #expect(result.errors.isEmpty, "\(result.errors)")
      }
    }

    @Test("evaluate says of a run folder what training said last", .needsLauncher)
    func evaluate() throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", ["train.epochs=2"])
      let trained = try training.train(ranks: 2)
      let line = try #require(
        trained.output.split(separator: "\n").last { $0.hasPrefix("test ") }, "\(trained.text)")
      let figures = line.dropFirst("test".count).drop { $0 == " " }
      let folder = try #require(training.run)
      for ranks in [nil, 1, 3] {
        let result = try run(["evaluate", folder], ranks: ranks)
        #expect(result.exitCode == 0, "\(result.text)")
        #expect(result.output.hasSuffix("test  359 samples  \(figures)\n"), "\(result.text)")
      }
      let best = try run(["evaluate", "\(folder)/checkpoints/best", "--split", "validation"])
      #expect(best.exitCode == 0, "\(best.text)")
    }

    @Test("predict gives a row for each sample")
    func predict() throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", ["train.epochs=2"])
      _ = try training.train().weights()
      let result = try run(["predict", try #require(training.run)])
      let rows = result.output.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(rows.count == 360)
      #expect(rows[0].map(String.init) == (0...9).map(String.init))
      for row in rows.dropFirst() {
        #expect(abs(row.compactMap { Double($0) }.reduce(0, +) - 1) < 1e-5)
      }
    }

    @Test(
      "summary, config check, help and version",
      arguments: [
        (
          ["summary", "-c", "configs/digits-mlp.yaml"],
          ["dense_1", "[64]", "6,570", "FLOPs", "MiB"]
        ),
        (["config", "check", "-c", "configs/digits-mlp.yaml"], ["ok: digits-mlp"]),
        (
          ["--help"],
          ["train", "evaluate", "predict", "summary", "config check", "conformance", "bench"]
        ),
        (["train", "--help"], ["--resume", "--hash", "--set"]),
        (["config", "--help"], ["check"]),
        (["--version"], ["lockstep 0."]),
      ] as [([String], [String])])
    func texts(arguments: [String], pieces: [String]) throws {
      let result = try run(arguments, limit: 30)
      #expect(result.exitCode == 0, "\(result.text)")
      for piece in pieces { #expect(result.output.contains(piece), "\(piece)\n\(result.text)") }
    }
  }
}
