import Options
import Testing

@Suite("Reading options")
struct OptionReaderTests {
  private enum Mode: String, CaseIterable { case same, valid, causal }

  private let diagnostics = Diagnostics()

  private func reader(_ value: OptionValue) -> OptionReader {
    OptionReader(value, context: "conv1d", diagnostics: diagnostics)
  }

  private var messages: [String] { diagnostics.problems.map(\.message) }

  @Test("Values of every type are read, and absent ones have their defaults")
  func types() {
    let options = reader([
      "count": 3, "rate": 0.5, "on": true, "name": "x", "mode": "causal", "sizes": [1, 2],
      "betas": [0.9, 0.99], "from": "a", "none": OptionValue(.null),
    ])
    #expect(options.integer("count", in: 1...) == 3)
    #expect(options.integer("other", default: 7, in: 1...9) == 7)
    #expect(options.optionalInteger("none", in: 1...) == nil)
    #expect(options.number("rate", in: 0...1) == 0.5)
    #expect(options.positiveNumber("count") == 3)
    #expect(options.optionalPositiveNumber("missing") == nil)
    #expect(options.nonNegativeNumber("x", default: 0.25) == 0.25)
    #expect(options.boolean("on", default: false))
    #expect(options.boolean("off", default: true))
    #expect(options.text("name") == "x")
    #expect(options.choice("mode", of: Mode.self) == .causal)
    #expect(options.integers("sizes", in: 1...) == [1, 2])
    #expect(options.integers("count", in: 1...) == [3])
    #expect(options.numbers("betas") == [0.9, 0.99])
    #expect(options.texts("from") == ["a"])
    #expect(options.texts("nowhere") == nil)
    options.finish()
    #expect(diagnostics.isEmpty, "\(messages)")
  }

  @Test("Every wrong value is reported, and reading goes on with a legal one")
  func wrongValues() {
    let options = reader([
      "count": "3", "size": 0, "rate": 1.5, "positive": 0, "on": 1, "name": [1], "mode": "caual",
      "sizes": [1, 0], "betas": [0.9, "x"],
    ])
    #expect(options.integer("count", default: 5, in: 1...) == 5)
    #expect(options.integer("size", in: 1...8) == 1)
    #expect(options.number("rate", in: 0...1) == 0)
    #expect(options.positiveNumber("positive") == 1)
    #expect(!options.boolean("on", default: false))
    #expect(options.text("name") == nil)
    #expect(options.choice("mode", of: Mode.self) == nil)
    #expect(options.integers("sizes", in: 1...) == nil)
    #expect(options.numbers("betas") == nil)
    #expect(options.integer("absent", in: 1...) == 1)
    #expect(
      messages == [
        "`count` of conv1d takes a whole number, found the quoted text `3`",
        "`size` of conv1d is 0, legal is 1 to 8",
        "`rate` of conv1d is 1.5, legal is 0.0 to 1.0",
        "`positive` of conv1d is 0.0, legal is above 0",
        "`on` of conv1d takes true or false, found `1`",
        "`name` of conv1d takes a text, found a list",
        "`mode` of conv1d is `caual`, which is none of its values",
        "`sizes` of conv1d takes whole numbers from 1, found `0`",
        "`betas` of conv1d takes numbers, found the quoted text `x`",
        "conv1d needs `absent`",
      ])
    #expect(
      diagnostics.problems[6].hint
        == "did you mean `causal`? known values: same, valid, causal")
  }

  @Test("Infinite and undefined numbers are no legal rates")
  func notFinite() {
    let options = reader(["a": .number(.infinity), "b": .number(.nan), "c": .number(.nan)])
    _ = options.positiveNumber("a")
    _ = options.nonNegativeNumber("b")
    _ = options.number("c", in: 0...1)
    #expect(messages.count == 3)
  }

  @Test("Keys that nobody read are reported with what was meant")
  func unknownKeys() {
    let options = reader(["flters": 3, "batch_size": 4, "zzz": 1])
    _ = options.optionalInteger("filters", in: 1...)
    _ = options.optionalInteger("kernel", in: 1...)
    options.finish(hints: ["batch_size": "write `global_batch`"])
    #expect(messages.map { $0.contains("unknown key") } == [true, true, true])
    #expect(
      diagnostics.problems.map(\.hint) == [
        "did you mean `filters`? known keys: filters, kernel", "write `global_batch`",
        "known keys: filters, kernel",
      ])
  }

  @Test("Where nothing can be set, the hint says so")
  func noOptions() {
    reader(["size": 3]).finish()
    #expect(diagnostics.problems.first?.hint == "conv1d takes no options")
  }

  @Test("Null and nothing are an empty map, a scalar or a list is reported")
  func noMap() {
    reader(OptionValue(.null)).finish()
    #expect(diagnostics.isEmpty)
    reader(5).finish()
    reader([1]).finish()
    #expect(
      messages == [
        "expected a map of options for conv1d, found `5`",
        "expected a map of options for conv1d, found a list",
      ])
  }

  @Test("A section that is absent is read as an empty one, at the place of its parent")
  func section() {
    let source = OptionSource(name: "f", text: "a: 1")
    let mark = SourceMark(source: source, line: 1, column: 1)
    let parent = reader(OptionValue(.map([]), mark: mark))
    #expect(parent.nested("train") == nil)
    _ = parent.section("train", context: "the section").integer("steps", in: 1...)
    #expect(messages == ["the section needs `steps`"])
    #expect(diagnostics.problems.first?.mark?.line == 1)
  }

  @Test("A path starts from the folder of the file it was written in")
  func paths() {
    let source = OptionSource(name: "f", text: "", folder: "/data/configs")
    let mark = SourceMark(source: source, line: 1, column: 1)
    func path(_ text: String, _ mark: SourceMark?) -> String? {
      let value = OptionValue(.scalar(text, isQuoted: false), mark: mark)
      let entry = OptionEntry(key: "images", value: value)
      return reader(OptionValue(.map([entry]))).path("images")
    }
    #expect(path("../a.gz", mark) == "/data/configs/../a.gz")
    #expect(path("/a.gz", mark) == "/a.gz")
    #expect(path("a.gz", nil) == "a.gz")
    #expect(reader([:]).path("images") == nil)
  }

  @Test("A name stands alone or with its options")
  func named() throws {
    let bare = try #require(
      OptionReader.named("flatten", what: "layer", diagnostics: diagnostics))
    #expect(bare.name == "flatten")
    let full = try #require(
      OptionReader.named(["dense": ["units": 3]], what: "layer", diagnostics: diagnostics))
    #expect(full.name == "dense")
    #expect(full.options.integer("units", in: 1...) == 3)
    #expect(diagnostics.isEmpty)
  }

  @Test("Options indented too little are recognized")
  func namedWithTwoKeys() {
    let value: OptionValue = ["dense": OptionValue(.null), "units": 5]
    #expect(OptionReader.named(value, what: "layer", diagnostics: diagnostics) == nil)
    #expect(OptionReader.named([1, 2], what: "layer", diagnostics: diagnostics) == nil)
    #expect(
      messages == [
        "expected the name of a layer, or one name with its options, found a map of `dense`, "
          + "`units`",
        "expected the name of a layer, or one name with its options, found a list",
      ])
    #expect(
      diagnostics.problems[0].hint
        == "indent the options further than `dense:`, or write `dense: {option: value}`")
  }

  @Test("Long and broken texts stay one line in a message")
  func longText() {
    let options = reader(["count": .text("a\nb" + String(repeating: "c", count: 99))])
    _ = options.integer("count", in: 1...)
    #expect(messages[0].contains("`a⏎bccc"))
    #expect(messages[0].count < 130)
  }
}
