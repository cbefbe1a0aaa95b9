import Foundation
import JSONText
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension EndToEnd {
  @Suite("A run that was stopped goes on with the same bits", .serialized, .needsLauncher)
  struct ResumeTests {
    static let configuration = "configs/digits-mlp.yaml"
    static let changes = ["train.epochs=8", "train.checkpoint.every_steps=7"]

    /// The hash of a run that nobody disturbs.
    static func undisturbed(_ changes: [String] = changes) throws -> String {
      try TrainingFolder(configuration, changes).train().weights()
    }

    @Test("after SIGKILL at several moments, on other numbers of ranks")
    func killed() throws {
      // Enough steps, with a checkpoint after every third, that no launch finishes before its kill.
      let changes = ["train.epochs=30", "train.checkpoint.every_steps=3"]
      let training = try TrainingFolder(Self.configuration, changes)
      var killed: [String] = []
      for (launch, ranks) in [2, 3, nil, 4, 1, 2].enumerated() {
        let before = training.checkpointSteps.last ?? 0
        let job = try training.start(ranks: ranks, launch == 0 ? [] : [try training.resume()])
        // Every other kill lands while a checkpoint is in its temporary folder.
        let isUnderWay = job.wait {
          (training.checkpointSteps.last ?? 0) > before + 10 * (launch + 1)
            && (launch % 2 == 0 || training.checkpointNames.contains { $0.contains(".tmp-") })
        }
        usleep(UInt32(launch % 2 == 0 ? 700 * launch : 0))
        job.killAll()
        let result = job.wait()
        #expect(isUnderWay, "launch \(launch) ended by itself: \(result.text)")
        killed.append("\(launch): left \(training.checkpointNames)")
      }
      let last = try training.train(ranks: 3, [try training.resume()])
      #expect(try last.weights() == Self.undisturbed(changes))
      #expect(last.output.contains("resumed after step"), "\(last.text)")
      let leftovers = training.checkpointNames.filter { $0.contains(".") }
      #expect(leftovers.isEmpty, "killed launches: \(killed)")
      #expect(try training.record()["earlier_launches"]?.array?.count == killed.count)
    }

    @Test("the checkpoint under way when a run diverges is completed, and its cost is on record")
    func diverged() throws {
      let changes = ["optimizer.adam.learning_rate=1e30", "train.checkpoint.every_steps=1"]
      let training = try TrainingFolder(Self.configuration, changes)
      let result = try training.train(ranks: 2)
      result.expectFailure(4, saying: ["diverged"])
      #expect(training.checkpointNames == ["last", "step-000001"], "\(result.text)")
      #expect(try training.status() == "failed")
      let good = try TrainingFolder(Self.configuration, ["train.epochs=1"])
      let output = try good.train().output
      #expect(output.contains("checkpoints 1 written in the background; training paused"))
      let checkpoints = try #require(try good.record()["checkpoints"])
      #expect(checkpoints["written"] == 1)
      #expect(try #require(checkpoints["pause_seconds"]?.number) > 0)
    }

    @Test("a finished run that is resumed stays as it is")
    func finished() throws {
      let training = try TrainingFolder(Self.configuration, Self.changes)
      let first = try training.train(ranks: 2).weights()
      let evaluations = try training.evaluations()
      let again = try training.train([try training.resume()])
      #expect(try again.weights() == first)
      #expect(try training.evaluations().last == evaluations.last)
    }

    @Test("--resume without a name finds the newest run of the configuration's name")
    func newest() throws {
      let training = try TrainingFolder(Self.configuration, ["train.epochs=2"])
      _ = try training.train().weights()
      let more = try training.train(["--resume", "--set", "train.epochs=3"])
      #expect(
        try more.weights() == Self.undisturbed(["train.epochs=3"]), "\(more.text)")
    }

    @Test(
      "SIGINT and SIGTERM finish the step and write a checkpoint",
      arguments: [(SIGINT, nil, 3), (SIGTERM, nil, 2), (SIGTERM, 2, nil), (SIGINT, 3, 1)]
        as [(Int32, Int?, Int?)])
    func signal(_ signal: Int32, ranks: Int?, resumedOn: Int?) throws {
      let changes = ["train.epochs=200", "train.checkpoint.every_steps=1000"]
      let training = try TrainingFolder(Self.configuration, changes)
      let job = try training.start(ranks: ranks)
      #expect(job.wait { !training.checkpointSteps.isEmpty })
      if ranks == nil {
        job.send(signal)
      } else {
        // To one rank: the others hear of it with the step's records.
        kill(try #require(job.descendants.last), signal)
      }
      let stopped = job.wait()
      #expect(stopped.exitCode == 128 + signal, "\(stopped.text)")
      #expect(stopped.output.contains("stopped by signal \(signal)"), "\(stopped.text)")
      let step = try #require(training.checkpointSteps.last)
      #expect(step % 1000 != 0, "the checkpoint of step \(step) was due anyway")
      #expect(try training.status() == "interrupted")
      let resumed = try training.train(ranks: resumedOn, [try training.resume()])
      #expect(resumed.output.contains("resumed after step \(step)"), "\(resumed.text)")
      #expect(try resumed.weights() == Self.undisturbed(["train.epochs=200"]))
      #expect(try training.status() == "finished")
    }
  }
}
