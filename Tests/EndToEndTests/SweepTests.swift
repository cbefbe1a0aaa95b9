import Foundation
import JSONText
import TestSupport
import Testing

extension EndToEnd {
  @Suite("lockstep sweep")
  struct SweepTests {
    /// A study that learns from its trials and halves them, in a few seconds.
    private static let small = [
      "trials=16", "sampler={tpe: {startup_trials: 6}}", "set.train.epochs=9",
    ]

    @Test(
      "has the same trials, values and winner on 1, 2 and 4 ranks, and on two groups of two",
      .needsLauncher)
    func sameOnAnyGroups() throws {
      let alone = try SweepFolder(changes: Self.small)
      try alone.sweep()
      let expected = try alone.outcome()
      #expect(expected.count == 17)
      for (ranks, ranksPerTrial) in [(2, 1), (4, 1), (4, 2)] {
        let folder = try SweepFolder(changes: Self.small + ["ranks_per_trial=\(ranksPerTrial)"])
        try folder.sweep(ranks: ranks)
        #expect(
          try folder.outcome() == expected, "\(ranks) ranks, \(ranksPerTrial) a trial")
      }
    }

    @Test(
      "needs only what its scheduler and its sampler know at a logical time, whichever they are",
      .needsLauncher,
      arguments: [
        "scheduler=median", "scheduler={successive_halving: {reduction: 3}}", "scheduler=hyperband",
        "scheduler=none", "sampler=grid", "sampler=sobol", "sampler=random",
      ])
    func sameWithAny(_ choice: String) throws {
      let changes =
        Self.small + [choice]
        + (choice == "sampler=grid"
          ? [
            "space={depth: {int: [1, 2], keys: model.layers.0.repeat.times}, "
              + "optimizer.adam.learning_rate: {float: [1e-3, 1e-2], step: 3e-3}}"
          ] : [])
      let alone = try SweepFolder(changes: changes)
      try alone.sweep()
      let onThree = try SweepFolder(changes: changes)
      try onThree.sweep(ranks: 3)
      #expect(try onThree.outcome() == alone.outcome())
    }

    @Test("the digits' search finds what its file promises")
    func shipped() throws {
      let folder = try SweepFolder()
      try folder.sweep()
      let study = try folder.export()
      let best = try study.array("trials")[study.integer("best")]
      let accuracy = try #require(best["value"]?.number)
      #expect((0.97...0.99).contains(accuracy), "\(accuracy)")
      #expect(try folder.count(of: "completed") + folder.count(of: "pruned") == 120)
    }

    @Test("leaves a configuration of the best trial that trains to its value to the bit")
    func bestConfiguration() throws {
      let folder = try SweepFolder(changes: Self.small)
      try folder.sweep()
      let study = try folder.export()
      let best = try study.integer("best")
      let trial = try #require(try study.array("trials")[best].object)
      let training = try TrainingFolder(folder.study + "/best.yaml")
      _ = try training.train().weights()
      let last = try #require(
        try training.metrics().last { $0["split"]?.string == "validation" })
      #expect(try last.number("accuracy") == trial.number("value"))
      let exported = try run(["sweep", "export", folder.study, "--trial", "\(best)"])
      let own = try String(contentsOfFile: folder.study + "/best.yaml", encoding: .utf8)
      #expect(
        own == exported.output)
    }

    @Test("keeps the checkpoints of the best trials alone")
    func keptCheckpoints() throws {
      let folder = try SweepFolder(changes: Self.small + ["keep_best=2"])
      try folder.sweep()
      let trials = try folder.export().array("trials").compactMap(\.object)
      let completed = try trials.filter { $0["state"]?.string == "completed" }
        .map { (number: try $0.integer("number"), value: try $0.number("value")) }
        .sorted { ($1.value, $0.number) < ($0.value, $1.number) }
      #expect(completed.count >= 2)
      #expect(try folder.keptTrials == completed.prefix(2).map(\.number).sorted())
      let best = try #require(completed.first).number
      let digits = String(best)
      let name = String(repeating: "0", count: 5 - digits.count) + digits
      let evaluation = try run([
        "evaluate", folder.study + "/trials/\(name)", "-c", folder.study + "/best.yaml",
      ])
      #expect(evaluation.exitCode == 0, "\(evaluation.text)")
    }

    @Test("a trial that stops early within an epoch has the value of the step it stopped at")
    func stopWithinEpoch() throws {
      let folder = try SweepFolder(
        changes: Self.small + [
          "trials=2", "scheduler=none", "sampler=random", "objective.metric=validation/loss",
          "set.train.validate_every_steps=7",
          "set.train.early_stopping={patience: 2, restore_best: false}",
          "space={optimizer.adam.learning_rate: {float: [0.3, 1.0]}}",
        ])
      try folder.sweep()
      for trial in try folder.export().array("trials").compactMap(\.object) {
        #expect(try trial.string("state") == "completed")
        let number = try trial.integer("number")
        let path = try "\(folder.study)/trial-\(number).yaml"
        let exported = try run([
          "sweep", "export", folder.study, "--trial", "\(number)", "--out", path,
        ])
        #expect(exported.exitCode == 0, "\(exported.text)")
        let training = try TrainingFolder(path)
        _ = try training.train().weights()
        let last = try #require(
          try training.metrics().last { $0["split"]?.string == "validation" })
        #expect(try last.number("loss") == trial.number("value"))
      }
    }

    @Test("refuses more ranks a trial than a step has shards, and leaves nothing", .needsLauncher)
    func fewShards() throws {
      let folder = try SweepFolder(changes: Self.small + ["ranks_per_trial=5"])
      try folder.start(ranks: 5).wait()
        .expectFailure(2, saying: ["4 shards", "5 ranks of a trial", "ranks_per_trial"])
      #expect(folder.studyPath == nil)
    }

    @Test("refuses a wrong way of showing progress before it makes a study")
    func wrongProgress() throws {
      let folder = try SweepFolder(changes: Self.small)
      try folder.start(["--progress", "bogus"]).wait().expectFailure(2, saying: ["`bogus`"])
      #expect(folder.studyPath == nil)
    }

    @Test("records a trial that diverges as failed, and goes on", .needsLauncher)
    func diverging() throws {
      let changes =
        Self.small + [
          "scheduler=none", "sampler=random",
          "space={optimizer: {choice: [sgd]}, "
            + "optimizer.sgd.learning_rate: {float: [0.01, 1e14], log: true}, "
            + "train.clip: {choice: [null]}}",
        ]
      let alone = try SweepFolder(changes: changes)
      try alone.sweep()
      #expect(try alone.count(of: "failed") > 0)
      #expect(try alone.count(of: "completed") > 0)
      let failed = try #require(
        try alone.export().array("trials").first { $0["state"]?.string == "failed" }?.object)
      #expect(try failed.string("reason").contains("diverged"))
      for reducer in ["window", "message"] {
        let folder = try SweepFolder(
          changes: changes + ["ranks_per_trial=2", "set.distributed.reducer=\(reducer)"])
        try folder.sweep(ranks: 4)
        #expect(try folder.outcome() == alone.outcome(), "\(reducer)")
      }
    }

    @Test("refuses what cannot be searched before anything runs, all of it at once")
    func refusal() throws {
      let folder = try SweepFolder(changes: [
        "space={width: {int: [0, 8], keys: model.layers.1.dense.units}, "
          + "optimizer.adam.learning_rate: {float: [-1.0, 0.1]}, "
          + "train.global_batch: {choice: [32, many]}}"
      ])
      let result = try folder.start().wait()
      result.expectFailure(2, saying: ["`units`", "learning_rate", "`many`"])
      #expect(folder.studyPath == nil)
    }

    @Test("refuses to be judged by what is not measured")
    func unmeasured() throws {
      let folder = try SweepFolder(changes: Self.small + ["objective={metric: validation/rmse}"])
      try folder.start().wait().expectFailure(
        2,
        saying: ["judged by validation/rmse", "--> command line", "measured are: validation/loss"])
    }
  }
}
