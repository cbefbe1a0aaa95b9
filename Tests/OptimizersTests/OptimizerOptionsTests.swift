import Optimizers
import Options
import Testing

@Suite struct OptimizerOptionsTests {
  private static func map(_ entries: KeyValuePairs<String, OptionValue>) -> OptionValue {
    OptionValue(.map(entries.map { OptionEntry(key: $0.key, value: $0.value) }))
  }

  private static func text(_ text: String) -> OptionValue {
    OptionValue(.scalar(text, isQuoted: false))
  }

  /// Decodes `kind: {options}` and returns the messages and hints of all problems with it.
  private func decode(
    _ kind: String, _ options: KeyValuePairs<String, String> = [:]
  ) -> (optimizer: (any Optimizer)?, problems: [String]) {
    let entries = options.map { OptionEntry(key: $0.key, value: Self.text($0.value)) }
    let diagnostics = Diagnostics()
    let optimizer = OptimizerRegistry.decode(
      Self.map([kind: OptionValue(.map(entries))]), diagnostics: diagnostics)
    return (optimizer, diagnostics.problems.map { "\($0.message); \($0.hint ?? "")" })
  }

  @Test("sgd reads all its options")
  func sgd() throws {
    let (optimizer, problems) = decode(
      "sgd",
      ["learning_rate": "0.1", "momentum": "0.9", "dampening": "0.2", "weight_decay": "1e-4"])
    let sgd = try #require(optimizer as? SGD)
    #expect(problems == [])
    #expect(sgd.learningRate == 0.1 && sgd.momentum == 0.9 && sgd.dampening == 0.2)
    #expect(sgd.weightDecay == 1e-4 && !sgd.nesterov)
    #expect(
      try #require(
        decode(
          "sgd",
          [
            "learning_rate": "1", "momentum": "0.5", "nesterov": "true",
          ]
        ).optimizer as? SGD
      ).nesterov)
  }

  @Test("a bare name takes PyTorch's defaults")
  func defaults() throws {
    let diagnostics = Diagnostics()
    let adam = try #require(
      OptimizerRegistry.decode(Self.text("adam"), diagnostics: diagnostics) as? Adam)
    let adamW = try #require(
      OptimizerRegistry.decode(Self.text("adamw"), diagnostics: diagnostics) as? AdamW)
    #expect(diagnostics.isEmpty)
    #expect(adam.learningRate == 1e-3 && adam.beta1 == 0.9 && adam.beta2 == 0.999)
    #expect(adam.epsilon == 1e-8 && adam.weightDecay == 0)
    #expect(adamW.learningRate == 1e-3 && adamW.weightDecay == 0.01)
    #expect(!adam.amsgrad && !adamW.amsgrad)
    let rmsprop = try #require(decode("rmsprop").optimizer as? RMSprop)
    #expect(rmsprop.learningRate == 1e-2 && rmsprop.alpha == 0.99 && rmsprop.epsilon == 1e-8)
    #expect(rmsprop.momentum == 0 && !rmsprop.centered && rmsprop.weightDecay == 0)
    let adagrad = try #require(decode("adagrad").optimizer as? Adagrad)
    #expect(adagrad.learningRate == 1e-2 && adagrad.epsilon == 1e-10)
    let adadelta = try #require(decode("adadelta").optimizer as? Adadelta)
    #expect(adadelta.learningRate == 1 && adadelta.rho == 0.9 && adadelta.epsilon == 1e-6)
    let nadam = try #require(decode("nadam").optimizer as? NAdam)
    #expect(nadam.learningRate == 2e-3 && nadam.beta1 == 0.9 && nadam.beta2 == 0.999)
    #expect(nadam.momentumDecay == 4e-3 && nadam.weightDecay == 0)
  }

  @Test("the other adaptive optimizers read all their options")
  func adaptive() throws {
    let (first, problems) = decode(
      "rmsprop",
      [
        "learning_rate": "0.1", "alpha": "0.9", "epsilon": "1e-6", "momentum": "0.5",
        "centered": "true", "weight_decay": "0.2",
      ])
    let rmsprop = try #require(first as? RMSprop)
    #expect(problems == [])
    #expect(rmsprop.learningRate == 0.1 && rmsprop.alpha == 0.9 && rmsprop.epsilon == 1e-6)
    #expect(rmsprop.momentum == 0.5 && rmsprop.centered && rmsprop.weightDecay == 0.2)
    let adagrad = try #require(
      decode(
        "adagrad",
        [
          "learning_rate": "0.1", "learning_rate_decay": "0.2",
          "initial_accumulator_value": "0.3", "epsilon": "1e-6", "weight_decay": "0.4",
        ]
      ).optimizer as? Adagrad)
    #expect(adagrad.learningRate == 0.1 && adagrad.learningRateDecay == 0.2)
    #expect(adagrad.initialAccumulatorValue == 0.3 && adagrad.epsilon == 1e-6)
    #expect(adagrad.weightDecay == 0.4)
    let adadelta = try #require(
      decode("adadelta", ["learning_rate": "0.1", "rho": "0.2", "weight_decay": "0.4"]).optimizer
        as? Adadelta)
    #expect(adadelta.learningRate == 0.1 && adadelta.rho == 0.2 && adadelta.weightDecay == 0.4)
    let nadam = try #require(
      decode("nadam", ["beta1": "0.8", "momentum_decay": "0.1", "weight_decay": "0.4"]).optimizer
        as? NAdam)
    #expect(nadam.beta1 == 0.8 && nadam.momentumDecay == 0.1 && nadam.weightDecay == 0.4)
    #expect(try #require(decode("adam", ["amsgrad": "true"]).optimizer as? Adam).amsgrad)
    #expect(try #require(decode("adamw", ["amsgrad": "true"]).optimizer as? AdamW).amsgrad)
    #expect(decode("nadam", ["amsgrad": "true"]).problems.count == 1)
  }

  @Test("the layerwise optimizers read all their options")
  func layerwise() throws {
    let (first, problems) = decode(
      "lars",
      [
        "learning_rate": "3", "momentum": "0.5", "weight_decay": "1e-4",
        "trust_coefficient": "0.02", "epsilon": "0",
      ])
    let lars = try #require(first as? LARS)
    #expect(problems == [])
    #expect(lars.learningRate == 3 && lars.momentum == 0.5 && lars.weightDecay == 1e-4)
    #expect(lars.trustCoefficient == 0.02 && lars.epsilon == 0)
    let plain = try #require(decode("lars", ["learning_rate": "1"]).optimizer as? LARS)
    #expect(plain.momentum == 0.9 && plain.weightDecay == 0 && plain.trustCoefficient == 1e-3)
    #expect(plain.epsilon == 1e-8)
    #expect(decode("lars").problems == ["lars needs `learning_rate`; "])
    let lamb = try #require(
      decode(
        "lamb",
        [
          "learning_rate": "0.1", "beta1": "0.8", "beta2": "0.9", "epsilon": "1e-3",
          "weight_decay": "0.4",
        ]
      ).optimizer as? LAMB)
    #expect(lamb.learningRate == 0.1 && lamb.beta1 == 0.8 && lamb.beta2 == 0.9)
    #expect(lamb.epsilon == 1e-3 && lamb.weightDecay == 0.4)
    let bare = try #require(decode("lamb").optimizer as? LAMB)
    #expect(bare.learningRate == 1e-3 && bare.epsilon == 1e-6 && bare.weightDecay == 0.01)
    #expect(decode("lamb", ["amsgrad": "true"]).problems.count == 1)
  }

  @Test("sgd needs a learning rate")
  func learningRateRequired() {
    #expect(decode("sgd").problems == ["sgd needs `learning_rate`; "])
  }

  @Test("nesterov needs momentum and no dampening")
  func nesterov() {
    let withoutMomentum = decode("sgd", ["learning_rate": "1", "nesterov": "true"])
    #expect(withoutMomentum.problems.count == 1)
    #expect(withoutMomentum.problems[0].contains("add `momentum: 0.9`"))
    let dampened = decode(
      "sgd",
      ["learning_rate": "1", "momentum": "0.9", "dampening": "0.1", "nesterov": "true"])
    #expect(dampened.problems.count == 1)
    #expect(dampened.problems[0].contains("remove `dampening`"))
  }

  @Test("betas are given one by one or as a list")
  func betas() throws {
    let single = try #require(decode("adam", ["beta1": "0.8", "beta2": "0.9"]).optimizer as? Adam)
    #expect(single.beta1 == 0.8 && single.beta2 == 0.9)
    let diagnostics = Diagnostics()
    let list = OptionValue(.list([Self.text("0.7"), Self.text("0.6")]))
    let both = OptimizerRegistry.decode(
      Self.map(["adamw": Self.map(["betas": list])]), diagnostics: diagnostics)
    let adamW = try #require(both as? AdamW)
    #expect(diagnostics.isEmpty)
    #expect(adamW.beta1 == 0.7 && adamW.beta2 == 0.6)
    _ = OptimizerRegistry.decode(
      Self.map(["adam": Self.map(["betas": list, "beta1": Self.text("0.5")])]),
      diagnostics: diagnostics)
    #expect(diagnostics.problems.map(\.message) == ["adam has both `betas` and `beta1`"])
  }

  @Test(
    "a wrong list of betas is reported once",
    arguments: [
      ["0.9"], ["0.9", "1.0"], ["0.9", "x"], ["0.9", "0.99", "0.999"], ["-0.1", "0.9"],
    ])
  func wrongBetas(items: [String]) {
    let diagnostics = Diagnostics()
    let list = OptionValue(.list(items.map(Self.text)))
    _ = OptimizerRegistry.decode(
      Self.map(["adam": Self.map(["betas": list])]), diagnostics: diagnostics)
    #expect(diagnostics.problems.count == 1)
    #expect(diagnostics.problems.first?.hint == "write `betas: [0.9, 0.999]`")
  }

  @Test(
    "an option out of range is reported",
    arguments: [
      ("sgd", "learning_rate", "0"), ("sgd", "learning_rate", "-1"), ("sgd", "momentum", "1.5"),
      ("sgd", "weight_decay", "-1"), ("adam", "beta1", "1"), ("adam", "epsilon", "0"),
      ("adam", "epsilon", "1e-60"), ("adamw", "learning_rate", "fast"),
      ("adam", "amsgrad", "perhaps"), ("nadam", "momentum_decay", "-1"), ("nadam", "beta2", "1"),
      ("rmsprop", "alpha", "1"), ("rmsprop", "momentum", "2"), ("rmsprop", "epsilon", "0"),
      ("rmsprop", "centered", "1.5"), ("adagrad", "learning_rate_decay", "-1"),
      ("adagrad", "initial_accumulator_value", "-1"), ("adagrad", "epsilon", "0"),
      ("adadelta", "rho", "-0.1"), ("adadelta", "epsilon", "0"),
    ])
  func outOfRange(kind: String, key: String, value: String) {
    let diagnostics = Diagnostics()
    var entries = [OptionEntry(key: key, value: Self.text(value))]
    if kind == "sgd" && key != "learning_rate" {
      entries.append(OptionEntry(key: "learning_rate", value: Self.text("0.1")))
    }
    let optimizer = OptimizerRegistry.decode(
      Self.map([kind: OptionValue(.map(entries))]), diagnostics: diagnostics)
    #expect(optimizer != nil)
    #expect(diagnostics.problems.count == 1)
    #expect(diagnostics.problems.first?.message.contains(key) == true)
  }

  @Test("misspelt options and optimizers are named with what was meant")
  func misspelt() {
    let option = decode("adam", ["learning_rte": "1"])
    #expect(option.problems.count == 1)
    #expect(option.problems[0].contains("did you mean `learning_rate`?"))
    let kind = decode("adm")
    #expect(kind.optimizer == nil)
    #expect(
      kind.problems == [
        "unknown optimizer `adm`; did you mean `adam`? known optimizers: sgd, adam, adamw, "
          + "nadam, rmsprop, adagrad, adadelta, lars, lamb"
      ])
  }

  @Test("kinds are unique")
  func kinds() {
    #expect(
      OptimizerRegistry.kinds
        == [
          "sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad", "adadelta", "lars", "lamb",
        ])
  }
}
