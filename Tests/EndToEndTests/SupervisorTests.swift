import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension FaultTolerance {
  @Suite("launch/run --restarts goes on after failures", .serialized, .needsLauncher)
  struct SupervisorTests {
    private static let configuration = "configs/digits-mlp.yaml"
    private static let length = ["train.epochs=null", "train.steps=20000"]
    private static let frequent = length + ["train.checkpoint.every_steps=500"]
    /// Without a checkpoint before the end.
    private static let never = length + ["train.checkpoint.every_steps=1000000"]

    private func supervise(
      _ training: TrainingFolder, restarts: Int, ranks: Int = 2
    ) throws -> Job {
      let script = RepositoryFiles.path("launch/run")
      return try Job(
        commandLine: [script, "--restarts", "\(restarts)", "\(ranks)"]
          + training.arguments().dropFirst(2), limit: 240)
    }

    /// Waits for a checkpoint after a step and kills a rank.
    private func killRank(
      of job: Job, in training: TrainingFolder, after step: Int = 0
    ) throws -> Int {
      #expect(job.wait { (training.checkpointSteps.last ?? 0) > step })
      try job.send(SIGKILL, toRank: 1)
      return training.checkpointSteps.last ?? 0
    }

    private static func undisturbed() throws -> String {
      try TrainingFolder(configuration, frequent).train().weights()
    }

    @Test("after a killed rank the result has the same bits, and one restart is told of")
    func killedRank() throws {
      let training = try TrainingFolder(Self.configuration, Self.frequent)
      let job = try supervise(training, restarts: 3)
      _ = try killRank(of: job, in: training)
      let result = job.wait()
      #expect(try result.weights() == Self.undisturbed())
      #expect(result.errors.contains("a rank was killed by signal 9"), "\(result.text)")
      #expect(result.errors.contains("restart 1 of 3 from step "), "\(result.text)")
      #expect(result.errors.contains("done after 1 restart\n"), "\(result.text)")
      #expect(try training.status() == "finished")
    }

    @Test("a stopped rank does not outlive the attempt")
    func stoppedRank() throws {
      let training = try TrainingFolder(Self.configuration, Self.frequent)
      let job = try supervise(training, restarts: 3, ranks: 3)
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      let stopped = job.descendants
      try job.send(SIGSTOP, toRank: 2)
      try job.send(SIGKILL, toRank: 1)
      #expect(try job.wait().weights() == Self.undisturbed())
      #expect(stopped.allSatisfy { kill($0, 0) != 0 })
    }

    @Test("without restarts left it ends with 5 and says how to go on")
    func noneLeft() throws {
      let training = try TrainingFolder(Self.configuration, Self.frequent)
      let job = try supervise(training, restarts: 1)
      let step = try killRank(of: job, in: training)
      // The second attempt's ranks are there once it has written a checkpoint.
      _ = try killRank(of: job, in: training, after: step)
      let result = job.wait()
      result.expectFailure(5, saying: ["no restarts are left", "gave up after 1 restart"])
      #expect(result.errors.contains(try training.resume()), "\(result.text)")
    }

    @Test("a death before the first checkpoint starts anew")
    func earlyDeath() throws {
      let training = try TrainingFolder(Self.configuration, Self.never)
      let job = try supervise(training, restarts: 3)
      #expect(job.wait { training.isTraining })
      try job.send(SIGKILL, toRank: 1)
      let result = job.wait()
      #expect(try result.weights() == Self.undisturbed())
      #expect(result.errors.contains("restart 1 of 3 from the beginning"), "\(result.text)")
    }

    @Test("two attempts without a new checkpoint are enough")
    func noProgress() throws {
      let training = try TrainingFolder(Self.configuration, Self.never)
      let job = try supervise(training, restarts: 9)
      #expect(job.wait { training.isTraining })
      let first = training.run
      try job.send(SIGKILL, toRank: 1)
      #expect(job.wait { training.run != first && training.isTraining })
      try job.send(SIGKILL, toRank: 1)
      let result = job.wait()
      result.expectFailure(5, saying: ["two attempts in a row", "gave up after 1 restart"])
    }

    @Test("a wrong configuration ends with 2, and nothing is tried again")
    func wrongConfiguration() throws {
      let training = try TrainingFolder(Self.configuration, ["train.epochz=1"])
      let result = try supervise(training, restarts: 3).wait()
      result.expectFailure(2, saying: ["did you mean `epochs`?"])
      #expect(!result.errors.contains("restart"), "\(result.text)")
    }

    @Test("SIGINT and SIGTERM end it with a checkpoint, and nothing is tried again")
    func signals() throws {
      for signal in [SIGINT, SIGTERM] {
        let training = try TrainingFolder(Self.configuration, ["train.epochs=100000"])
        let job = try supervise(training, restarts: 3)
        #expect(job.wait { !training.checkpointSteps.isEmpty })
        job.send(signal)
        let result = job.wait()
        #expect(result.exitCode == 128 + signal, "\(result.text)")
        #expect(result.output.contains("a checkpoint was written"), "\(result.text)")
        #expect(!result.errors.contains("restart"), "\(result.text)")
        #expect(try training.status() == "interrupted")
      }
    }

    @Test("--run-file tells the run's folder, also where it is gone on with")
    func runFile() throws {
      let training = try TrainingFolder(Self.configuration, ["train.epochs=1"])
      let folder = try TemporaryFolder()
      let (first, second) = (folder.file("first"), folder.file("second"))
      _ = try training.train(["--run-file", first])
      _ = try training.train([try training.resume(), "--run-file", second])
      for file in [first, second] {
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "\(training.run ?? "")\n")
      }
    }
  }
}
