import Foundation
import JSONText
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Only where the CPU has a level above AVX2 to be held from.
  static var needsAVX512: Self {
    .enabled("the CPU has no AVX-512") {
      let flags = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      return ["avx512f", "avx512bw", "avx512vl", "avx512dq"].allSatisfy {
        flags?.contains($0) == true
      }
    }
  }
}

extension EndToEnd {
  @Suite("Runs held to AVX2", .serialized, .needsAVX512)
  struct InstructionSetTests {
    private static let digits = "configs/digits-mlp.yaml"
    private static let changes = ["train.epochs=1", "train.workers=1"]
    private static let held = changes + ["train.isa=avx2"]

    @Test("give the bits of a CPU without AVX-512, on any ranks, and say so", .needsLauncher)
    func bits() throws {
      let training = try TrainingFolder(Self.digits, Self.held)
      let result = try training.train()
      let weights = try result.weights()
      #expect(result.output.contains("gradients by threads; AVX2\n"))
      let launch = try #require(training.record()["versions"]?.object)
      #expect(launch["instruction set"] == "AVX2")
      let ranks = try TrainingFolder(Self.digits, Self.held).train(ranks: 2)
      #expect(try ranks.weights() == weights && !ranks.output.contains("warning"))
      // What oneDNN does on a CPU without AVX-512.
      let limited = try TrainingFolder(Self.digits, Self.changes)
      let line = ["/usr/bin/env", "ONEDNN_MAX_CPU_ISA=AVX2", Machine.product]
      #expect(
        try Job(commandLine: line + limited.arguments()).wait().weights() == weights)
      #expect(try TrainingFolder(Self.digits, Self.changes).train().weights() != weights)
    }

    @Test("are what a job of unlike ranks is told to do", .needsLauncher)
    func mixed() throws {
      func train(_ changes: [String]) throws -> JobResult {
        let training = try TrainingFolder(Self.digits, changes)
        let line = [Machine.product] + training.arguments()
        return try Job(
          commandLine: [
            try #require(Machine.mpirun), "-q", "--bind-to", "none", "--oversubscribe", "-n", "1",
          ] + line + [":", "-n", "1", "/usr/bin/env", "ONEDNN_MAX_CPU_ISA=AVX2"] + line
        ).wait()
      }
      let unlike = try train(Self.changes)
      #expect(unlike.exitCode == 0, "\(unlike.text)")
      for piece in [
        "warning: the ranks compute at different instruction-set levels: AVX-512",
        "AVX2 on rank 1 (host ", "hint: `train.isa: avx2`",
      ] {
        #expect(unlike.output.contains(piece), "\(unlike.text)")
      }
      let alike = try train(Self.held)
      #expect(!alike.output.contains("warning"), "\(alike.text)")
      #expect(try alike.weights() == TrainingFolder(Self.digits, Self.held).train().weights())
    }

    @Test("go on at another level with a warning, at their own without")
    func resuming() throws {
      let training = try TrainingFolder(Self.digits, Self.held)
      _ = try training.train().weights()
      let more = ["--set", "train.epochs=2", try training.resume()]
      let other = try training.train(more + ["--set", "train.isa=auto"])
      #expect(
        other.output.contains(
          "warning: the checkpoint was trained with AVX2, this run computes with AVX-512"),
        "\(other.text)")
      let again = try TrainingFolder(Self.digits, Self.held)
      _ = try again.train().weights()
      let same = try again.train(["--set", "train.epochs=2", try again.resume()])
      #expect(same.exitCode == 0 && !same.output.contains("warning"), "\(same.text)")
    }

    @Test("have no bfloat16")
    func precision() throws {
      let training = try TrainingFolder(Self.digits, Self.held + ["train.precision=bfloat16"])
      try training.train().expectFailure(
        2, saying: ["error: `train.isa: avx2` has no bfloat16", "hint: "])
    }

    @Test("are what the other commands that compute do, too")
    func commands() throws {
      let held = ["-c", Self.digits, "--set", "train.isa=avx2"]
      func same(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws
        -> String
      {
        let line = ["/usr/bin/env", "ONEDNN_MAX_CPU_ISA=AVX2", Machine.product] + arguments
        let limited = try Job(commandLine: line + ["-c", Self.digits]).wait()
        let result = try run(arguments + held)
        #expect(result.exitCode == 0, "\(result.text)", sourceLocation: sourceLocation)
        #expect(result.output == limited.output, sourceLocation: sourceLocation)
        return result.output
      }
      // Of them only predictions have enough digits to tell the levels apart.
      #expect(try same(["predict"]) != run(["predict", "-c", Self.digits]).output)
      _ = try same(["gradcheck", "--elements", "1"])
      _ = try same(["summary"])
    }
  }
}
