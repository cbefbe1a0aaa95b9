import Foundation
import JSONText
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension FaultTolerance {
  @Suite("lockstep sweep goes on after anything", .serialized, .needsLauncher)
  struct SweepFaultTests {
    /// A study of some seconds, whose trials write checkpoints on their way.
    private static let study = [
      "trials=12", "sampler={tpe: {startup_trials: 5}}", "set.train.epochs=81",
      "checkpoint_every=3",
      "scheduler={asha: {min: 9, reduction: 3}}",
    ]

    private static func undisturbed() throws -> [String] {
      let folder = try SweepFolder(changes: study)
      try folder.sweep()
      return try folder.outcome()
    }

    @Test("killed again and again and resumed on other ranks, it comes to the same")
    func killedAgainAndAgain() throws {
      let folder = try SweepFolder(changes: Self.study)
      var kills = 0
      for (ranks, done) in [(2, 2), (3, 5), (1, 8)] {
        let more = kills == 0 ? [] : [try folder.resume()]
        let job = try folder.start(ranks: ranks, more)
        if job.wait(until: { folder.jobsDone >= done }) { usleep(30_000) }
        if job.isRunning {
          job.killAll()
          kills += 1
        }
        _ = job.wait()
      }
      #expect(kills > 0)
      try folder.sweep(ranks: 2, [folder.resume()])
      #expect(try folder.outcome() == Self.undisturbed())
    }

    @Test(
      "SIGTERM to any rank keeps everything and ends with 143; a larger budget goes on from there",
      arguments: [0, 1])
    func terminated(rank: Int) throws {
      let folder = try SweepFolder(changes: Self.study)
      let job = try folder.start(ranks: 2)
      #expect(job.wait { folder.jobsDone >= 3 })
      try job.send(SIGTERM, toRank: rank)
      let result = job.wait()
      #expect(result.exitCode == 143, "\(result.text)")
      #expect(result.output.contains("Go on with --resume="), "\(result.text)")
      #expect(try !folder.keptTrials.isEmpty)
      try folder.sweep(["--set", "trials=18", folder.resume()])
      let larger = try SweepFolder(changes: Self.study + ["trials=18"])
      try larger.sweep(ranks: 3)
      #expect(try folder.outcome() == larger.outcome())
    }

    @Test("after a killed rank launch/run goes on, tells whose trial it was, and comes to the same")
    func killedRank() throws {
      let folder = try SweepFolder(changes: Self.study)
      let job = try Job(
        commandLine: [RepositoryFiles.path("launch/run"), "--sweep", "--restarts", "3", "2"]
          + folder.arguments().dropFirst(2), limit: 240)
      #expect(job.wait { folder.jobsDone >= 2 })
      try job.send(SIGKILL, toRank: 1)
      let result = job.wait()
      #expect(result.exitCode == 0, "\(result.text)")
      #expect(result.errors.contains("restart 1 of 3 from "), "\(result.text)")
      #expect(result.errors.contains("which a rank died of, is tried once more"), "\(result.text)")
      #expect(try folder.outcome() == Self.undisturbed())
    }

    @Test("another study is not gone on with")
    func anotherStudy() throws {
      let folder = try SweepFolder(changes: Self.study + ["trials=2"])
      try folder.sweep()
      let result = try folder.start(["--set", "seed=9", folder.resume()]).wait()
      result.expectFailure(2, saying: ["another `seed`", "start a new study"])
    }

    @Test("a study cannot be made shorter than it has become")
    func shorter() throws {
      let folder = try SweepFolder(changes: Self.study + ["trials=3"])
      try folder.sweep()
      let result = try folder.start(["--set", "trials=2", folder.resume()]).wait()
      result.expectFailure(2, saying: ["has begun trial 2 already", "at least 3 `trials`"])
    }

    @Test("a study is not gone on with on other data")
    func otherData() throws {
      let files = try TemporaryFolder()
      let lines = try String(
        contentsOfFile: RepositoryFiles.path("configs/data/iris.csv"), encoding: .utf8
      ).split(whereSeparator: \.isNewline)
      try lines.joined(separator: "\n").write(
        toFile: files.file("iris.csv"), atomically: true, encoding: .utf8)
      try """
      data: {source: csv, train: iris.csv, target: species, task: classification, validation: {fraction: 0.3}}
      model: {layers: [{dense: {units: 3}}]}
      loss: cross_entropy
      optimizer: {sgd: {learning_rate: 0.1}}
      train: {epochs: 1, global_batch: 8}
      """.write(toFile: files.file("iris.yaml"), atomically: true, encoding: .utf8)
      try """
      base: iris.yaml
      trials: 2
      space: {optimizer.sgd.learning_rate: {float: [0.01, 0.1]}}
      """.write(toFile: files.file("study.yaml"), atomically: true, encoding: .utf8)
      let folder = try SweepFolder(files.file("study.yaml"))
      try folder.sweep()
      try lines.dropLast().joined(separator: "\n").write(
        toFile: files.file("iris.csv"), atomically: true, encoding: .utf8)
      let result = try folder.start(["--set", "trials=3", folder.resume()]).wait()
      result.expectFailure(2, saying: ["the data are not those"])
    }

    @Test(
      "a dead rank of no study, or that is no rank, is refused",
      arguments: [("1", "goes with `--resume`"), ("first", "cannot be `first`")])
    func deadRankOfNothing(rank: String, message: String) throws {
      let folder = try SweepFolder(changes: Self.study)
      try folder.start(["--dead-rank", rank]).wait().expectFailure(2, saying: [message])
      #expect(folder.studyPath == nil)
    }

    @Test("two sweeps cannot run one study at a time")
    func twoWriters() throws {
      let folder = try SweepFolder(changes: Self.study)
      let job = try folder.start()
      #expect(job.wait { folder.jobsDone >= 1 })
      let second = try folder.start([folder.resume()]).wait()
      #expect(second.exitCode == 2, "\(second.text)")
      job.killAll()
      _ = job.wait()
    }
  }
}
