import Options
import Testing

@testable import Configuration

@Suite("Overrides")
struct OverrideTests {
  private let base: OptionValue = [
    "seed": 1, "train": ["epochs": 5, "clip": OptionValue(.null)],
    "model": ["layers": ["flatten", ["dense": ["units": 10]], "dropout"], "empty": []],
    "optimizer": ["adam": ["learning_rate": 1, "beta1": 2]], "loss": "cross_entropy",
  ]

  private func apply(_ text: String) throws -> OptionValue {
    try Override(text, folder: "/configs").applied(to: base)
  }

  private func failure(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Diagnostic? {
    #expect(throws: OptionsError.self, sourceLocation: sourceLocation) { try apply(text) }?
      .problems.first
  }

  @Test("A value is YAML: a scalar, a list, a map, or nothing")
  func values() throws {
    #expect(try apply("seed=7")["seed"] == 7)
    #expect(try apply("seed='7'")["seed"] == "7")
    #expect(try apply("seed=a b=c")["seed"] == "a b=c")
    #expect(try apply("seed=[1, a]")["seed"] == [1, "a"])
    #expect(try apply("seed={a: {b: 1}}")["seed"] == ["a": ["b": 1]])
    #expect(try apply("seed=")["seed"] == OptionValue(.null))
    #expect(try apply("seed= ")["seed"] == OptionValue(.null))
    #expect(try apply("seed=null")["seed"] == OptionValue(.null))
  }

  @Test("A path leads through maps and lists, and makes the maps that are missing")
  func paths() throws {
    #expect(try apply("train.epochs=6")["train"]?["epochs"] == 6)
    #expect(try apply("train.clip.norm=1")["train"]?["clip"] == ["norm": 1])
    #expect(try apply("data.train.images=x")["data"] == ["train": ["images": "x"]])
    #expect(
      try apply("model.layers.1.dense.units=5")["model"]?["layers"]
        == ["flatten", ["dense": ["units": 5]], "dropout"])
    #expect(
      try apply("model.layers.0=relu")["model"]?["layers"]
        == ["relu", ["dense": ["units": 10]], "dropout"])
    #expect(
      try apply("train={steps: 3}")["train"] == ["steps": 3], "a map is set, not merged")
  }

  @Test("A bare name opens as the name without options")
  func bareNames() throws {
    #expect(
      try apply("model.layers.2.dropout.rate=0.5")["model"]?["layers"]
        == ["flatten", ["dense": ["units": 10]], ["dropout": ["rate": 0.5]]])
    #expect(
      try apply("loss.cross_entropy.smoothing=0.5")["loss"]
        == ["cross_entropy": ["smoothing": 0.5]])
  }

  @Test("Another optimizer, loss or schedule replaces the one that is there")
  func kinds() throws {
    #expect(
      try apply("optimizer.sgd.learning_rate=0.5")["optimizer"] == ["sgd": ["learning_rate": 0.5]])
    #expect(
      try apply("optimizer.adam.learning_rate=0.5")["optimizer"]
        == ["adam": ["learning_rate": 0.5, "beta1": 2]])
    #expect(try apply("optimizer.sgd=")["optimizer"] == ["sgd": OptionValue(.null)])
    #expect(try apply("optimizer=sgd")["optimizer"] == "sgd")
    #expect(try apply("loss.huber.delta=2")["loss"] == ["huber": ["delta": 2]])
    #expect(try apply("schedule.cosine.floor=0")["schedule"] == ["cosine": ["floor": 0]])
  }

  @Test("An option set without its kind is recognized")
  func kindForgotten() throws {
    let problem = try #require(failure("optimizer.learning_rate=0.1"))
    #expect(
      problem.message
        == "`optimizer` takes the name of a kind, and `learning_rate` as one cannot be `0.1`")
    #expect(problem.hint == "did you mean `--set optimizer.adam.learning_rate=0.1`?")
    #expect(
      failure("loss.smoothing=0.1")?.hint
        == "did you mean `--set loss.cross_entropy.smoothing=0.1`?")
  }

  @Test(
    "A path that leads nowhere says what is there",
    arguments: [
      ("seed.x=1", "`seed` is `1`, so it has no `x`", 12, 1),
      ("train.epochs.x.y=1", "`train.epochs` is `5`, so it has no `x`", 20, 1),
      (
        "model.layers.3.x=1", "`model.layers` is a list of 3: its entries are 0 to 2, found `3`",
        20, 1
      ),
      (
        "model.layers.-1=1", "`model.layers` is a list of 3: its entries are 0 to 2, found `-1`",
        20, 2
      ),
      (
        "model.layers.dense=1",
        "`model.layers` is a list of 3: its entries are 0 to 2, found `dense`",
        20, 5
      ),
      ("model.empty.0=1", "`model.empty` is an empty list, so it has no `0`", 19, 1),
      (
        "model.layers.0.dense.units=1",
        "`model.layers.0` is the quoted text `flatten`, so it has no `dense`",
        22, 5
      ),
      ("seed", "`seed` sets nothing", 7, 4), ("=1", "a name is missing here", 7, 1),
      ("a..b=1", "a name is missing here", 9, 1), ("a.=1", "a name is missing here", 9, 1),
      ("extends=b.yaml", "`extends` cannot be set on the command line", 7, 7),
      ("seed=@x", "a value cannot begin with this character", 12, 1),
      ("seed={a: 1, a: 2}", "key `a` is written twice in one map, in line 1", 19, 1),
    ])
  func wrong(text: String, message: String, column: Int, length: Int) throws {
    let problem = try #require(failure(text))
    #expect(problem.message == message)
    let mark = try #require(problem.mark)
    #expect((mark.line, mark.column, mark.length) == (1, column, length))
  }

  @Test("Values and new keys point into the argument")
  func marks() throws {
    let value = try apply("train.new.key=[1, xy]")
    let entry = try #require(value["train"]?["new"]?.entries?.first)
    #expect(entry.keyMark?.column == 17)
    guard case .list(let items) = entry.value.content else {
      Issue.record("no list")
      return
    }
    let mark = try #require(items[1].mark)
    #expect((mark.column, mark.length) == (25, 2))
    #expect(
      Diagnostic("wrong", at: mark).description == """
        error: wrong
          --> command line
              | --set train.new.key=[1, xy]
              |                         ^^
        """)
    #expect(mark.source.folder == "/configs")
  }

  @Test("A path of absurd depth is refused")
  func depth() {
    let path = [String](repeating: "a", count: 100_000).joined(separator: ".")
    #expect(failure(path + "=1")?.message == "this path is deeper than 100 levels")
  }
}
