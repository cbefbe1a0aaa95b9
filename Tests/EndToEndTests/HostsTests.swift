import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension Machine {
  /// Whether `launch/test-hosts` may make hosts here.
  static let canMakeHosts: Bool = {
    let job = try? Job(commandLine: [RepositoryFiles.path("launch/test-hosts"), "--", "true"])
    return job?.wait().exitCode == 0
  }()
}

extension Trait where Self == ConditionTrait {
  /// Only where network namespaces may be made.
  static var needsNamespaces: Self {
    .enabled("making namespaces is not permitted here (it needs root)") { Machine.canMakeHosts }
  }
}

extension FaultTolerance {
  @Suite("Several hosts, joined by TCP", .serialized, .needsLauncher, .needsNamespaces)
  struct HostsTests {
    private static let script = RepositoryFiles.path("launch/test-hosts")

    /// Starts `launch/run --restarts 3` on three hosts of a rank each.
    private func supervise(_ training: TrainingFolder) throws -> Job {
      let launch = """
        exec '\(RepositoryFiles.path("launch/run"))' --hostfile "$LOCKSTEP_HOSTFILE" \
        --interface "$LOCKSTEP_INTERFACE" --restarts 3 3 "$@"
        """
      return try Job(
        commandLine: [Self.script, "--hosts", "1 1 1", "--", "bash", "-c", launch, "bash"]
          + training.arguments().dropFirst(2), limit: 300)
    }

    @Test("the weights are the same on 1, 2 and 3 hosts of 1, 2 and 3 ranks")
    func selfCheck() throws {
      let result = try Job(commandLine: [Self.script], limit: 600).wait()
      #expect(result.exitCode == 0, "\(result.text)")
      #expect(result.output.hasSuffix("7 passed, 0 failed\n"), "\(result.text)")
    }

    @Test("a lost host is dropped, and the run ends with the same bits on what is left")
    func lostHost() throws {
      let changes = [
        "train.epochs=null", "train.steps=3000", "train.checkpoint.every_steps=200",
      ]
      let training = try TrainingFolder("configs/digits-mlp.yaml", changes)
      let job = try supervise(training)
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      let host = job.descendants.first { pid in
        let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
        return line?.hasPrefix("host node3\0") == true
      }
      // The first process of a host takes all others with it.
      kill(try #require(host), SIGKILL)
      let result = job.wait()
      let undisturbed = try TrainingFolder("configs/digits-mlp.yaml", changes).train()
      #expect(try result.weights() == undisturbed.weights())
      #expect(result.errors.contains("going on without host node3"), "\(result.text)")
      #expect(result.errors.contains("ranks: 2"), "\(result.text)")
    }

    @Test("SIGTERM reaches the ranks of all hosts and ends the run with a checkpoint")
    func terminated() throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", ["train.epochs=100000"])
      let job = try supervise(training)
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      job.send(SIGTERM)
      let result = job.wait()
      #expect(result.exitCode == 143, "\(result.text)")
      #expect(try training.status() == "interrupted")
    }

    @Test("where namespaces are not permitted it says so and ends with 77")
    func notPermitted() throws {
      let line = ["/usr/bin/setpriv", "--bounding-set", "-sys_admin", Self.script, "--", "true"]
      try Job(commandLine: line).wait().expectFailure(77, saying: ["not permitted here"])
    }

    @Test("a file of hosts that is wrong, or too small, ends with 2")
    func wrongHostfile() throws {
      let folder = try TemporaryFolder()
      let file = folder.file("hosts")
      let script = RepositoryFiles.path("launch/run")
      for (text, piece) in [
        ("node1\n", "no number of slots"), ("# nobody\n", "names no host"),
        ("node1 slot=2\n", "`slot=2` is not understood"),
        ("node1 slots=1\nnode2 slots=1\n", "3 ranks do not fit the 2 slots"),
      ] {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let line = [script, "--hostfile", file, "3", "configs/digits-mlp.yaml"]
        try Job(commandLine: line).wait().expectFailure(2, saying: [piece])
      }
    }
  }
}
