import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension EndToEnd {
  @Suite("Ranks that die, and what launch/run makes of it", .serialized, .needsLauncher)
  struct RankDeathTests {
    private static let changes = ["train.epochs=100000", "train.checkpoint.every_steps=500"]

    /// Waits for a checkpoint and kills the rank that is asked for.
    private func killRank(_ rank: Int, of job: Job, in training: TrainingFolder) throws {
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      try job.send(SIGKILL, toRank: rank)
    }

    @Test("the job ends within seconds and says which rank it was", arguments: [0, 1, 2])
    func killed(rank: Int) throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", Self.changes)
      let job = try training.start(ranks: 3, limit: 60)
      try killRank(rank, of: job, in: training)
      let killed = Date()
      let result = job.wait()
      #expect(Date().timeIntervalSince(killed) < 30)
      #expect(result.exitCode != 0)
      #expect(result.errors.contains("rank \(rank) (pid "), "\(result.text)")
      #expect(result.errors.contains("died at step"), "\(result.text)")
    }

    @Test("launch/run ends with 5, and the run goes on from its checkpoint")
    func launchRun() throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", Self.changes)
      let script = RepositoryFiles.path("launch/run")
      let job = try Job(
        commandLine: [script, "2"] + Array(training.arguments().dropFirst(2)), limit: 60)
      try killRank(1, of: job, in: training)
      let result = job.wait()
      #expect(result.exitCode == 5, "\(result.text)")
      #expect(result.errors.contains("--resume"), "\(result.text)")
      let more = [
        try training.resume(), "--set", "train.epochs=null", "--set", "train.steps=60000",
      ]
      let resumed = try training.train(ranks: 3, more)
      let undisturbed = try TrainingFolder("configs/digits-mlp.yaml", Self.changes).train(
        Array(more.dropFirst()))
      #expect(try resumed.weights() == undisturbed.weights())
    }

    @Test("launch/run passes on the codes of runs that end by themselves")
    func codes() throws {
      let script = RepositoryFiles.path("launch/run")
      let folder = try TemporaryFolder()
      let line = [script, "2", "configs/digits-mlp.yaml", "--out", folder.path]
      let good = try Job(commandLine: line + ["--set", "train.epochs=1"]).wait()
      #expect(good.exitCode == 0, "\(good.text)")
      let wrong = try Job(commandLine: line + ["--set", "train.epochz=1"]).wait()
      wrong.expectFailure(2, saying: ["did you mean `epochs`?"])
      let none = try Job(commandLine: [script, "zwei", "configs/digits-mlp.yaml"]).wait()
      none.expectFailure(2, saying: ["`zwei`"])
    }

    @Test("launch/run passes SIGINT and SIGTERM on", arguments: [SIGINT, SIGTERM])
    func signals(signal: Int32) throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", Self.changes)
      let script = RepositoryFiles.path("launch/run")
      let job = try Job(
        commandLine: [script, "2"] + Array(training.arguments().dropFirst(2)), limit: 60)
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      job.send(signal)
      let result = job.wait()
      #expect(result.exitCode == 128 + signal, "\(result.text)")
      #expect(result.output.contains("a checkpoint was written"), "\(result.text)")
      #expect(try training.status() == "interrupted")
    }
  }
}
