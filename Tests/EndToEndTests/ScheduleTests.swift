import Foundation
import JSONText
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension EndToEnd {
  @Suite(
    "Learning-rate schedules and early stopping are the same on all ranks", .serialized,
    .needsLauncher)
  struct ScheduleTests {
    private static let configuration = "configs/digits-mlp.yaml"
    /// Reduces the rate twice and stops long before the last epoch.
    private static let stopping = [
      "train.epochs=60", "optimizer={adam: {learning_rate: 2e-2}}",
      "schedule={reduce_on_plateau: {factor: 0.5, patience: 0, cooldown: 1}}",
      "train.early_stopping={monitor: validation/loss, patience: 2}",
    ]
    private static let cosine = [
      "train.epochs=3", "schedule={cosine: {warmup_steps: 20, final_factor: 0.01}}",
    ]
    private static let layouts = [
      Layout(workers: 2), Layout(ranks: 1), Layout(ranks: 2), Layout(ranks: 3),
      Layout(ranks: 2, workers: 2), Layout(ranks: 3, reducer: "message"),
    ]

    @Test("cosine with warm-up: one hash, and the rate of each step in the metrics")
    func cosine() throws {
      let reference = try TrainingFolder(
        Self.configuration, Self.cosine + ["train.log_every_steps=1", "train.workers=1"])
      let weights = try reference.train().weights()
      let rates = try Self.rates(of: reference)
      #expect(rates.count == 3 * 41)
      #expect(rates[0] == 0 && rates[10] == 1.5e-3 && rates[20] == 3e-3)
      #expect(zip(rates[20...], rates[21...]).allSatisfy { $0 > $1 })
      for layout in Self.layouts {
        let training = try TrainingFolder(Self.configuration, Self.cosine + layout.changes)
        #expect(
          try training.train(ranks: layout.ranks).weights() == weights, "\(layout.testDescription)")
      }
      let constant = try TrainingFolder(Self.configuration, ["train.epochs=3"])
      #expect(try constant.train().weights() != weights)
    }

    @Test("a run that stops early does so at the same step, with the best parameters, everywhere")
    func earlyStop() throws {
      let reference = try TrainingFolder(Self.configuration, Self.stopping + ["train.workers=1"])
      let result = try reference.train()
      let weights = try result.weights()
      let reason = try #require(try reference.record()["exit_reason"]?.string)
      #expect(reason.hasPrefix("early stop after step "), "\(reason)")
      #expect(reason.hasSuffix("for 2 validations"), "\(reason)")
      #expect(try reference.status() == "finished")
      #expect(result.output.contains(reason), "\(result.text)")
      #expect(result.output.contains("learning rate 0.02 reduced to 0.01 after step "))
      let evaluations = try reference.evaluations()
      for layout in Self.layouts {
        let training = try TrainingFolder(Self.configuration, Self.stopping + layout.changes)
        let weightsThere = try training.train(ranks: layout.ranks).weights()
        #expect(weightsThere == weights, "\(layout.testDescription)")
        #expect(try training.evaluations() == evaluations, "\(layout.testDescription)")
        #expect(
          try training.record()["exit_reason"]?.string == reason, "\(layout.testDescription)")
      }
    }

    @Test("what the run restored is what evaluates, and what a second launch comes to")
    func restored() throws {
      let training = try TrainingFolder(Self.configuration, Self.stopping)
      let result = try training.train(ranks: 2)
      let weights = try result.weights()
      let test = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("test ") })
      let figures = test.split(separator: " ").dropFirst()
      let evaluation = try run(["evaluate", try #require(training.run)])
      let line = try #require(
        evaluation.output.split(separator: "\n").last, "\(evaluation.text)")
      #expect(Array(line.split(separator: " ").suffix(4)) == Array(figures), "\(evaluation.text)")
      let again = try training.train(ranks: 3, [try training.resume()])
      #expect(try again.weights() == weights)
      // More patience lets the run go on; then it is as if it had had it from the start.
      let more = ["--set", "train.early_stopping.patience=4"]
      let longer = try training.train([try training.resume()] + more)
      let undisturbed = try TrainingFolder(Self.configuration, Self.stopping).train(more)
      #expect(try longer.weights() == undisturbed.weights(), "\(longer.text)")
      #expect(longer.output.contains("resumed after step"), "\(longer.text)")
    }

    @Test("stopped by a signal and resumed on other ranks, both come to the same bits")
    func resumed() throws {
      let cases = [
        ["train.epochs=100", "schedule={cosine: {warmup_epochs: 3}}"],
        Self.stopping + [
          "train.early_stopping.patience=40", "train.epochs=80",
          "schedule.reduce_on_plateau.patience=5",
        ],
      ]
      for changes in cases {
        let undisturbed = try TrainingFolder(Self.configuration, changes).train().weights()
        let training = try TrainingFolder(
          Self.configuration, changes + ["train.checkpoint.every_steps=100"])
        let job = try training.start(ranks: 2)
        #expect(job.wait { (training.checkpointSteps.last ?? 0) >= 400 })
        kill(try #require(job.descendants.last), SIGTERM)
        let stopped = job.wait()
        #expect(stopped.exitCode == 128 + SIGTERM, "\(stopped.text)")
        let resumed = try training.train(ranks: 3, [try training.resume()])
        #expect(try resumed.weights() == undisturbed, "\(resumed.text)")
      }
    }

    @Test("another schedule than that of the checkpoint is refused")
    func otherSchedule() throws {
      let training = try TrainingFolder(Self.configuration, Self.cosine)
      _ = try training.train().weights()
      let other = try training.train(
        ranks: 2, [try training.resume(), "--set", "schedule.cosine.final_factor=0.5"])
      other.expectFailure(
        2,
        saying: [
          "the checkpoint was trained with schedule cosine {final_factor: 0.01, warmup: 20 steps",
          "the configuration says cosine {final_factor: 0.5",
        ])
    }

    /// The learning rates of all records of steps.
    private static func rates(of training: TrainingFolder) throws -> [Double] {
      let path = try #require(training.run) + "/metrics.jsonl"
      return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
        let record = try JSONValue.parse(String($0))
        return record["split"]?.string == "train" ? record["learning_rate"]?.number : nil
      }
    }
  }
}
