import Optimizers
import Options
import Testing

@Suite("The options of groups and penalties")
struct ParameterRulesTests {
  private func read(_ configuration: OptionValue) -> (rules: ParameterRules, problems: [String]) {
    let diagnostics = Diagnostics()
    let reader = OptionReader(
      configuration, context: "the configuration", diagnostics: diagnostics)
    let rules = ParameterRules(configuration: reader)
    reader.finish()
    return (rules, diagnostics.problems.map(\.message))
  }

  @Test("are all read")
  func everything() throws {
    let (rules, problems) = read([
      "parameter_groups": [
        ["match": ["*.bias", "*norm*"], "weight_decay": 0],
        ["match": "conv2d_1.*", "frozen": true],
        ["match": "dense_2.*", "learning_rate_factor": 0.1, "l1": 1e-3, "l2": 0],
      ],
      "regularization": ["l1": 1e-5, "l2": 1e-4],
    ])
    #expect(problems == [])
    #expect(rules.regularization == Regularization(l1: 1e-5, l2: 1e-4))
    #expect(
      rules.groups.map { $0.match.map(\.text) } == [
        ["*.bias", "*norm*"], ["conv2d_1.*"], ["dense_2.*"],
      ])
    #expect(rules.groups.map(\.weightDecay) == [0, nil, nil])
    #expect(rules.groups.map(\.isFrozen) == [false, true, false])
    #expect(rules.groups.map(\.learningRateFactor) == [1, 1, 0.1])
    #expect(rules.groups.map(\.l1) == [nil, nil, 1e-3] && rules.groups.map(\.l2) == [nil, nil, 0])
  }

  @Test("may be absent")
  func defaults() {
    let (rules, problems) = read([:])
    #expect(problems == [] && rules.groups.isEmpty && rules.regularization.isNone)
    #expect(read(["regularization": ["l2": 1]]).rules.regularization == Regularization(l2: 1))
  }

  @Test(
    "are refused where they are wrong",
    arguments: [
      (["match": "*"], "`parameter_groups` takes a list of groups, found a map"),
      ([["weight_decay": 0]], "a parameter group needs `match`"),
      ([["match": []]], "`match` of a parameter group is an empty list"),
      ([["match": ["a": 1]]], "`match` of a parameter group takes texts, found a map"),
      (
        [["match": "*", "weight_decay": -1]],
        "`weight_decay` of a parameter group is -1.0, legal is 0 or more"
      ),
      (
        [["match": "*", "learning_rate_factor": -0.5]],
        "`learning_rate_factor` of a parameter group is -0.5, legal is 0 or more"
      ),
      (
        [["match": "*", "frozen": 1]],
        "`frozen` of a parameter group takes true or false, found `1`"
      ),
      ([["match": "*", "frozn": true]], "unknown key `frozn` in a parameter group"),
      (
        [["match": "*", "frozen": true, "l1": 1]],
        "`l1` of a parameter group says nothing to tensors that are `frozen`"
      ),
      (["*"], "expected a map of options for a parameter group, found the quoted text `*`"),
    ] as [(OptionValue, String)])
  func wrong(groups: OptionValue, message: String) {
    let found = read(["parameter_groups": groups]).problems
    #expect(found.contains(message), "\(found)")
  }

  @Test("of the regularization are refused where they are wrong")
  func wrongRegularization() {
    #expect(
      read(["regularization": ["l1": -1, "l3": 0]]).problems == [
        "`l1` of regularization is -1.0, legal is 0 or more", "unknown key `l3` in regularization",
      ])
  }
}
