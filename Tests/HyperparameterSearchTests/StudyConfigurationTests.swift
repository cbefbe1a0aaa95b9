import Configuration
import HyperparameterSearch
import Optimizers
import Options
import Testing

@Suite("The configuration of a study")
struct StudyConfigurationTests {
  private let files: StudyFiles

  init() throws {
    files = try StudyFiles()
  }

  private static let space =
    "space: {optimizer.adam.learning_rate: {float: [1e-4, 0.1], log: true}}\n"
  private static let smallest = "base: base.yaml\ntrials: 10\n" + space

  @Test("has a default for all but the base, the trials and the space")
  func defaults() throws {
    let study = try files.study(Self.smallest)
    #expect(study.name == "study" && study.seed == 0 && study.trials == 10)
    #expect(study.concurrency == 4 && study.ranksPerTrial == 1 && study.keepBest == 1)
    #expect(study.metric == .validationLoss && study.direction == .minimize)
    #expect(study.checkpointEvery == nil)
    #expect(type(of: study.sampler).kind == "random" && type(of: study.scheduler).kind == "none")
    #expect(study.fullBudget == 27 && study.budgetUnit == .epochs)
    #expect(study.baseName == "base.yaml")
    #expect(study.space.parameters.map(\.name) == ["optimizer.adam.learning_rate"])
    // Not the ranks' number: that must not change a study.
    #expect(study.baseConfiguration.train.shards == StudyConfiguration.defaultShards)
    let missing = try files.problems("{}").map(\.message)
    #expect(
      missing == [
        "the study needs `trials`", "the space is empty: nothing is searched for",
        "the study needs `base`",
      ])
  }

  @Test("takes each option")
  func options() throws {
    let study = try files.study(
      Self.smallest + """
        name: a-study
        seed: 7
        objective: {metric: validation/accuracy}
        concurrency: 6
        ranks_per_trial: 2
        keep_best: 3
        checkpoint_every: 2
        sampler: random
        scheduler: {asha: {reduction: 4, min: 2}}
        set: {train.epochs: 9, train.shards: 8}
        """, overrides: ["seed=8", "set.train.epochs=10"])
    #expect(study.name == "a-study" && study.seed == 8)
    #expect(study.metric.rawValue == "validation/accuracy" && study.direction == .maximize)
    #expect(study.concurrency == 6 && study.ranksPerTrial == 2 && study.keepBest == 3)
    #expect(study.checkpointEvery == 2)
    #expect(study.fullBudget == 10 && study.baseConfiguration.train.shards == 8)
    let state = study.initialState
    #expect(state.fullBudget == 10 && state.trialLimit == 10 && state.seed == 8)
    #expect(study.scheduler.firstBudget(ofTrial: 0, in: state) == 2)
    let steps = try files.study(
      Self.smallest + "set: {train: {epochs: null, steps: 50}}\nobjective: {direction: maximize}"
    )
    #expect(steps.fullBudget == 50 && steps.budgetUnit == .steps && steps.direction == .maximize)
  }

  @Test("knows every scheduler by its name", arguments: StudyScenario.kinds)
  func schedulers(kind: String) throws {
    let study = try files.study(Self.smallest + "scheduler: \(kind)")
    #expect(type(of: study.scheduler).kind == kind)
    #expect(study.scheduler.reacts == (kind != "none"))
  }

  @Test("names what it does not know, and what was meant")
  func unknown() throws {
    let problems = try files.problems(
      Self.smallest + """
        sampler: randm
        scheduler: {asha: {reductoin: 4, min: 0}}
        concurency: 3
        metric: validation/loss
        objective: {metric: validation/loss, mode: min}
        """)
    #expect(
      problems.map(\.message) == [
        "unknown key `mode` in objective", "unknown sampler `randm`",
        "`min` of asha is 0, legal is 1 or more", "unknown key `reductoin` in asha",
        "unknown key `concurency` in the study", "unknown key `metric` in the study",
      ])
    #expect(problems[0].hint == "write `direction`")
    #expect(problems[1].hint?.hasPrefix("did you mean `random`? known samplers: ") == true)
    #expect(problems[3].hint == "did you mean `reduction`? known keys: reduction, min")
    #expect(problems[4].hint?.hasPrefix("did you mean `concurrency`?") == true)
    #expect(problems[5].hint == "write `objective: {metric: …}`")
    #expect(problems.map { $0.mark?.line } == [8, 4, 5, 5, 6, 7])
  }

  @Test("says where its base is wrong, or not there")
  func base() throws {
    let missing = try files.problems("base: nowhere.yaml\ntrials: 1\n" + Self.space)
    #expect(missing.map(\.message) == ["there is no file \(files.path("nowhere.yaml"))"])
    #expect(missing[0].mark?.line == 1)
    let set = try files.problems(Self.smallest + "set: {train.epochs.x: 3}")
    #expect(set.map(\.message) == ["`train.epochs` is `27`, so it has no `x`"])
    let none = try files.problems(Self.smallest + "set: {train.epochs: 0}")
    #expect(none.map(\.message) == ["`epochs` of train is 0, legal is 1 or more"])
    #expect(none[0].mark?.line == 4 && none[0].mark?.source.name == files.path("study.yaml"))
    let wrong = try StudyFiles(base: StudyFiles.base + "seeed: 1\n").problems(Self.smallest)
    #expect(wrong.map(\.message) == ["unknown key `seeed` in the configuration"])
  }

  @Test("refuses a budget that its scheduler cannot deal, with the numbers")
  func budgets() throws {
    for kind in ["asha", "hyperband", "successive_halving"] {
      let problems = try files.problems(Self.smallest + "scheduler: {\(kind): {min: 28}}")
      #expect(
        problems.map(\.message) == [
          "\(kind) compares trials from a budget of 28 on, but the base trains for 27"
        ])
      #expect(
        problems.first?.hint == "give `min` a value from 1 to 27, or the base a longer training")
      #expect(problems.first?.mark?.line == 4)
      #expect(try files.problems(Self.smallest + "scheduler: {\(kind): {min: 27}}").isEmpty)
    }
    let bracket = try files.problems(
      Self.smallest + "scheduler: {successive_halving: {bracket: 26}}")
    #expect(
      bracket.map(\.message) == [
        "a bracket of 26 trials leaves none for the full budget: 27 are needed for one, of which 1/3 go "
          + "on at each of the budgets 1, 3, 9"
      ])
    #expect(
      try files.problems(Self.smallest + "scheduler: {successive_halving: {bracket: 27}}").isEmpty)
    let median = try files.problems(
      Self.smallest + "scheduler: {median: {warmup: 28, interval: 30}}")
    #expect(
      median.map(\.message) == [
        "`warmup` of median is 28, but the base trains for 27, so no trial is ever pruned",
        "`interval` of median is 30, but the base trains for 27, so no trial is ever pruned",
      ])
    let searched = "base: base.yaml\ntrials: 3\nspace: {train.epochs: {int: [1, 5]}}\n"
    #expect(
      try files.problems(searched + "scheduler: asha").map(\.message) == [
        "`train.epochs` is dealt by the scheduler asha, so it cannot be searched for"
      ])
    #expect(try files.problems(searched).isEmpty)
  }

  @Test(
    "tells by what name another library's option goes here",
    arguments: [
      ("{asha: {eta: 3}}", "write `reduction`"),
      ("{asha: {grace_period: 3}}", "write `min`"),
      ("{successive_halving: {reduction_factor: 3}}", "write `reduction`"),
      ("{hyperband: {max_t: 9}}", "leave it out: it is the length of the base's training"),
      ("{median: {n_warmup_steps: 1}}", "write `warmup`"),
    ])
  func otherNames(scheduler: String, hint: String) throws {
    let problems = try files.problems(Self.smallest + "scheduler: \(scheduler)")
    #expect(problems.map(\.hint) == [hint])
  }

  @Test("says where the metric is written that training in steps does not measure")
  func metricPlace() throws {
    let problems = try files.problems(
      Self.smallest + "set: {train: {epochs: null, steps: 10}}\nobjective: {metric: train/loss}")
    #expect(problems.count == 1 && problems.first?.mark?.line == 5)
  }

  @Test("names the value of the space that makes an invalid configuration, and its place")
  func invalidValues() throws {
    let problems = try files.problems(
      space: """
          optimizer: {choice: [{adam: {learning_rate: 1}}, {sgdd: {momentum: 0.9}}]}
          optimizer.adam.learning_rate: {float: [-1, 0.1], when: {optimizer: adam}}
          model.layers.2.dropout.rate: {float: [0, 1.5]}
          model.layers.9.dense.units: {int: [1, 64]}
          activation: {choice: [relu, rellu, tanh], keys: [model.layers.1]}
        """)
    let texts = problems.map { "\($0.mark?.line ?? 0): \($0.message)" }
    #expect(
      texts == [
        "4: with `optimizer` {sgdd: {momentum: 0.9}}: unknown optimizer `sgdd`",
        "5: with `optimizer.adam.learning_rate` -1.0: `learning_rate` of adam is -1.0, legal is above 0",
        "6: with `model.layers.2.dropout.rate` 1.5: `rate` of dropout is 1.5, legal is at least 0 and "
          + "below 1",
        "7: with `model.layers.9.dense.units` 33: `model.layers` is a list of 4: its entries are 0 to 3, "
          + "found `9`",
        "8: with `activation` rellu: unknown layer `rellu`",
      ])
  }

  @Test(
    "names all values where none of them alone is wrong, and the middle one where the borders are right"
  )
  func invalidTogether() throws {
    let together = try files.problems(
      space: "  train.global_batch: {int: [16, 64]}\n  train.shards: {choice: [4, 20]}")
    #expect(
      together.map(\.message) == [
        "with train.global_batch 16, train.shards 20: `shards` of train is 20, but a global batch of 16 has "
          + "only 16 samples to give to them"
      ])
    let middle = try files.problems(space: "  seed: {choice: [1, x, 2]}")
    #expect(
      middle.map(\.message) == [
        "with `seed` x: `seed` of the configuration takes a whole number, found `x`"
      ])
  }

  @Test("merges the maps of `set` with those of the base, and null restores a default")
  func set() throws {
    let study = try files.study(
      Self.smallest + """
        set:
          train: {epochs: 5, clip: {norm: 1}}
          optimizer: {adam: {beta1: 0.8}}
          model.layers.2.dropout: null
          model.layers.3: {dense: {units: 3}}
        """)
    let resolved = study.baseConfiguration.resolved
    #expect(resolved["train"]?["global_batch"] == 32 && resolved["train"]?["epochs"] == 5)
    #expect(resolved["train"]?["clip"] == ["norm": 1])
    #expect(resolved["optimizer"] == ["adam": ["learning_rate": 0.01, "beta1": 0.8]])
    #expect(
      resolved["model"]?["layers"]
        == [
          ["dense": ["units": 64]], "relu", ["dropout": OptionValue(.null)],
          ["dense": ["units": 3]],
        ])
  }

  @Test("names the place in the space where what is wrong then stands in the base")
  func problemInBase() throws {
    let files = try StudyFiles(base: StudyFiles.base + "  shards: 8\n")
    let problems = try files.problems(space: "  train.global_batch: {int: [4, 64]}")
    #expect(
      problems.map(\.message) == [
        "with `train.global_batch` 4: `shards` of train is 8, but a global batch of 4 has only 4 samples to "
          + "give to them"
      ])
    #expect(problems[0].mark?.source.name == files.path("base.yaml"))
    #expect(
      problems[0].hint
        == "legal is 1 to 4; `train.global_batch` is searched at \(files.path("study.yaml")):4")
  }

  @Test("sets a trial's values in the base, whole layers and their options too")
  func assignments() throws {
    let study = try files.study(
      """
      base: base.yaml
      trials: 3
      space:
        optimizer: {choice: [adam, {sgd: {learning_rate: 0.1}}]}
        optimizer.sgd.momentum: {float: [0.9, 0.9], when: {optimizer: sgd}}
        model.layers.0.dense.units: {int: [8, 16]}
        activation: {choice: [relu, tanh], keys: [model.layers.1]}
      """)
    let sgd = try study.configuration(of: [.choice(1), .float(0.9), .integer(16), .choice(1)])
    #expect(type(of: sgd.optimizer).kind == "sgd")
    let layers = try #require(sgd.resolved["model"]?["layers"])
    #expect(
      layers == [
        ["dense": ["units": 16]], "tanh", ["dropout": ["rate": 0.1]], ["dense": ["units": 10]],
      ])
    let adam = try study.configuration(of: [.choice(0), nil, .integer(8), .choice(0)])
    #expect(type(of: adam.optimizer).kind == "adam")
  }
}
