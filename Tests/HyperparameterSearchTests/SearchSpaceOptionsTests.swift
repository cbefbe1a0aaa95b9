import HyperparameterSearch
import Options
import Testing

@Suite("The space as it is written")
struct SearchSpaceOptionsTests {
  private let files: StudyFiles

  init() throws {
    files = try StudyFiles()
  }

  private static let rate = "optimizer.adam.learning_rate"

  @Test("a range, a list of choices, several keys and conditions are read")
  func forms() throws {
    let study = try files.study(
      """
      base: base.yaml
      trials: 3
      space:
        optimizer: {choice: [{adam: {}}, {sgd: {learning_rate: 0.1}}]}
        optimizer.adam.learning_rate: {float: [1e-4, 0.1], log: true, when: {optimizer: [adam]}}
        model.layers.2.dropout.rate: {float: [0, 0.5], step: 0.125}
        width: {int: [16, 65], step: 16, keys: [model.layers.0.dense.units, model.layers.3.dense.units]}
        seed: {int: [1, 64], log: true, when: {optimizer: sgd, width: [16, 64]}}
      """)
    let parameters = study.space.parameters
    #expect(
      parameters.map(\.name) == [
        "optimizer", Self.rate, "model.layers.2.dropout.rate", "width", "seed",
      ])
    #expect(parameters[1].domain == .float(low: 1e-4, high: 0.1, step: nil, isLog: true))
    #expect(parameters[2].domain == .float(low: 0, high: 0.5, step: 0.125, isLog: false))
    #expect(parameters[3].domain == .integer(low: 16, high: 64, step: 16, isLog: false))
    #expect(parameters[3].keys == ["model.layers.0.dense.units", "model.layers.3.dense.units"])
    #expect(parameters[4].domain == .integer(low: 1, high: 64, step: 1, isLog: true))
    #expect(parameters[4].conditions.map(\.parameter) == [0, 3])
    #expect(
      parameters[4].conditions.map(\.values) == [[.choice(1)], [.integer(16), .integer(64)]])
    #expect(parameters[1].mark?.line == 5)
  }

  @Test(
    "what is wrong with a parameter is told with its place",
    arguments: [
      ("{float: [0.1, 1e-4]}", "the bounds of x are 0.1 and 0.0001, the lower one comes first"),
      ("{float: [0, 1], log: true}", "a logarithmic range begins above 0, that of x at 0.0"),
      ("{float: [1, 2], log: true, step: 0.1}", "`step` of x means nothing in a logarithmic range"),
      ("{float: [1, 2], step: 0}", "`step` of x is 0.0, legal is above 0"),
      ("{float: [1, .inf]}", "`float` of x takes numbers, found `.inf`"),
      ("{int: [1]}", "`int` of x takes a lower and an upper bound, found 1 number"),
      ("{int: [1, 2, 3]}", "`int` of x takes a lower and an upper bound, found 3 numbers"),
      ("{int: [1, 2.5]}", "`int` of x takes whole numbers, found `2.5`"),
      ("{int: [0, 4], log: true}", "a logarithmic range begins at 1 or more, that of x at 0"),
      ("{int: [1, 4], step: 0}", "`step` of x is 0, legal is 1 or more"),
      (
        "{float: [-1e308, 1e308]}",
        "`float` of x is a range of too many numbers: -1e+308 to 1e+308"
      ),
      (
        "{float: [0, 1], step: 1e-300}",
        "`float` of x is a range of too many numbers: 0.0 to 1.0 in steps of 1e-300"
      ),
      (
        "{int: [-9223372036854775807, 9223372036854775807]}",
        "the bounds of x are -9223372036854775807 and 9223372036854775807, legal is -2^53 to 2^53"
      ),
      (
        "{int: [1, 2], keys: []}", "`keys` of x names no key, so its value goes nowhere"
      ),
      ("{int: [1, 2], keys: [data.seed, data.seed]}", "`data.seed` is twice among the keys of x"),
      ("{choice: []}", "`choice` of x takes a list of values"),
      ("{choice: relu}", "`choice` of x takes a list of values"),
      ("{choice: [relu, tanh, relu]}", "`relu` is twice among the choices of x"),
      ("{}", "`x` does not say what it may be"),
      ("5", "`x` does not say what it may be"),
      ("", "`x` does not say what it may be"),
      ("{int: [1, 2], choice: [1, 2]}", "`x` has `int` and `choice`, one is enough"),
      ("{int: [1, 2], lgo: true}", "unknown key `lgo` in x"),
      ("{int: [1, 2], when: {y: 1}}", "`y` is no parameter above `x`"),
      ("{int: [1, 2], when: {x: 1}}", "`x` is no parameter above `x`"),
      ("{int: [1, 2], when: {seed: []}}", "`when` of x names no value of `seed`"),
      ("{int: [1, 2], when: {seed: null}}", "nothing is none of the values of `seed`"),
      ("{int: [1, 2], when: {seed: 9}}", "`9` is none of the values of `seed`"),
      ("{int: [1, 2], when: {seed: [1, a]}}", "`a` is none of the values of `seed`"),
    ])
  func wrongParameters(text: String, message: String) throws {
    let problems = try files.problems(space: "  seed: {int: [1, 3]}\n  x: \(text)")
    #expect(problems.map(\.message) == [message])
    #expect(problems.first?.mark?.line == 5)
  }

  @Test(
    "a condition on a parameter below is told to move, one on a wrong parameter is not told again")
  func conditions() throws {
    let below = try files.problems(
      space: """
          optimizer.sgd.momentum: {float: [0, 0.9], when: {optimizer: sgd}}
          optimizer: {choice: [adam, sgd]}
        """)
    #expect(
      below.map(\.message) == ["`optimizer` is no parameter above `optimizer.sgd.momentum`"])
    #expect(below[0].hint == "write `optimizer` above it")
    let wrong = try files.problems(
      space: "  seed: {int: [3, 1]}\n  x: {int: [1, 2], when: {seed: 1}}")
    #expect(wrong.map(\.message) == ["the bounds of seed are 3 and 1, the lower one comes first"])
    let values = try files.problems(
      space: "  optimizer: {choice: [adam, sgd, lion]}\n  x: {int: [1, 2], when: {optimizer: sgdd}}"
    )
    #expect(values.map(\.hint) == ["it is adam, sgd or lion"])
  }

  @Test("a condition names a map by its kind or as a whole, and a choice of nothing by null")
  func conditionValues() throws {
    let study = try files.study(
      """
      base: base.yaml
      trials: 3
      space:
        train.clip: {choice: [null, {norm: 5}, {value: 1}]}
        a: {int: [1, 2], keys: [seed], when: {train.clip: null}}
        b: {int: [1, 2], keys: [seed], when: {train.clip: [norm, {value: 1}]}}
      """)
    #expect(
      study.space.parameters.map { $0.conditions.map(\.values) } == [
        [], [[.choice(0)]], [[.choice(1), .choice(2)]],
      ])
  }

  @Test("a value that would silently replace another one is refused")
  func clashes() throws {
    let twice = try files.problems(
      space: """
          u: {int: [1, 5], keys: [model.layers.0.dense.units]}
          v: {int: [1, 5], keys: [model.layers.0.dense.units]}
          model.layers.0: {choice: [relu, {dense: {units: 5}}]}
        """)
    #expect(
      twice.map(\.message) == [
        "`v` sets `model.layers.0.dense.units`, which replaces what `u` sets",
        "`model.layers.0` sets `model.layers.0`, which replaces what `u` sets at "
          + "`model.layers.0.dense.units`",
        "`model.layers.0` sets `model.layers.0`, which replaces what `v` sets at "
          + "`model.layers.0.dense.units`",
      ])
    #expect(twice.map { $0.mark?.line } == [5, 6, 6])
    let kind = try files.problems(
      space: """
          optimizer: {choice: [adam, {sgd: {learning_rate: 0.1}}]}
          optimizer.adam.learning_rate: {float: [0.1, 1]}
        """)
    #expect(
      kind.map(\.message) == [
        "`optimizer.adam.learning_rate` has a value also where `optimizer` is `sgd`, which it would replace"
      ])
    #expect(kind.map(\.hint) == ["add `when: {optimizer: adam}`"])
  }

  @Test("parameters of which only one has a value at a time may set the same key")
  func exclusive() throws {
    let problems = try files.problems(
      space: """
          optimizer: {choice: [{adam: {}}, {sgd: {learning_rate: 0.1}}]}
          beta: {choice: [0.8, 0.9], keys: [optimizer.adam.beta1], when: {optimizer: adam}}
          a: {int: [1, 5], keys: [model.layers.0.dense.units], when: {beta: 0.8}}
          b: {int: [6, 9], keys: [model.layers.0.dense.units], when: {optimizer: sgd}}
        """)
    #expect(problems.map(\.message) == [])
  }
}
