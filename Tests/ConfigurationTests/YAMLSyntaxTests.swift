import Configuration
import Options
import TestSupport
import Testing

@Suite("YAML syntax errors")
struct YAMLSyntaxTests {
  private func failure(_ bytes: [UInt8]) -> Diagnostic? {
    #expect(throws: OptionsError.self) { try YAMLParser.parse(bytes: bytes, name: "c.yaml") }?
      .problems.last
  }

  @Test(
    "A syntax error has a place and says what to do",
    arguments: [
      ("a: b: c", 1, 5, "a `:` cannot stand here"),
      ("a: 1\n b: 2", 2, 3, "a `:` cannot stand here"),
      ("a: [1, 2\nb: 3", 1, 4, "the list opened with `[` here is not closed, or misses a comma"),
      ("a: {b: 1 c: 2}", 1, 4, "the map opened with `{` here is not closed, or misses a comma"),
      ("a: 'x\nb: 1", 1, 4, "the quote opened here is never closed"),
      ("a: \"x\n---\n", 1, 4, "the quote opened here is never closed"),
      ("a: x\nb\nc: 1", 2, 1, "a `:` is missing after this key"),
      ("a: @x", 1, 4, "a value cannot begin with this character"),
      ("a: *.csv", 1, 5, "`*` and `&` begin an alias or an anchor and need a name"),
      ("- 1\nb: 2", 2, 1, "this line belongs to no list above it"),
      ("a:\n    b: 1\n  c: 2", 3, 3, "this line belongs to no map above it"),
      ("a: \"x\" y", 1, 8, "this line belongs to no map above it"),
      ("a: - 1", 1, 4, "a list entry cannot begin here"),
      ("a: \"\\q\"", 1, 5, "this is no escape of a double-quoted text"),
      ("{a: 1}}", 1, 7, "the configuration ended before this place"),
      ("a: 1\n\tb: 2", 2, 1, "a tab stands in the indentation of this line"),
      ("a:\n  b: 1\n  \tc: 2", 3, 3, "a tab stands in the indentation of this line"),
      ("a: 1\nb: \u{7}", 2, 4, "the control character U+7 is not allowed"),
    ])
  func syntax(text: String, line: Int, column: Int, message: String) throws {
    let problem = try #require(failure(Array(text.utf8)))
    #expect(problem.message == message)
    #expect(problem.hint != nil)
    let mark = try #require(problem.mark)
    #expect((mark.line, mark.column) == (line, column))
  }

  @Test("An error without advice of ours keeps libyaml's words")
  func otherErrors() throws {
    let problem = try #require(failure(Array("%YAML 3.0\n---\na: 1".utf8)))
    #expect(problem.message == "this is not YAML: found incompatible YAML document")
    #expect(problem.mark?.line == 1)
  }

  @Test(
    "Bytes that are not UTF-8 are refused with their place",
    arguments: [
      ([0xFF], 1, 1), ([0x61, 0x3A, 0x20, 0xC3], 1, 4), ([0x61, 0x0A, 0xC3, 0xA9, 0x80], 2, 2),
      ([0x61, 0xED, 0xA0, 0x80], 1, 2), ([0x61, 0xF5, 0x80, 0x80, 0x80], 1, 2),
      ([0xC0, 0x80], 1, 1),
    ] as [([UInt8], Int, Int)])
  func invalidEncoding(bytes: [UInt8], line: Int, column: Int) throws {
    let problem = try #require(failure(bytes))
    #expect(problem.message.hasPrefix("the text is not UTF-8 from byte "))
    #expect((problem.mark?.line, problem.mark?.column) == (line, column))
  }

  @Test("UTF-16 is recognized", arguments: [[0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61]])
  func utf16(bytes: [UInt8]) {
    #expect(failure(bytes)?.message == "c.yaml is UTF-16 text, not UTF-8")
  }
}

@Suite("YAML from hostile hands")
struct YAMLRobustnessTests {
  private static let sample = """
    # lockstep train -c mlp.yaml
    name: "mlp \\u00e9 \\n"
    base: &base {units: 128, activation: relu}
    model:
      layers:
        - flatten
        - dense: {<<: *base, name: 'it''s'}
        - dense: *base
        - ? long
          : [1, 2.5, ~, [a, {b: c}]]
    text: |+
      block

    folded: >-
      one
      two
    # é 日本 😀
    train: {epochs: 5, global_batch: 128}
    """

  /// Parses whatever it is given; what comes out must be a tree that can be written and read again, or
  /// diagnostics whose text can be made.
  private func survive(_ bytes: [UInt8]) throws {
    do throws(OptionsError) {
      let value = try YAMLParser.parse(bytes: bytes, name: "f")
      let text = YAMLWriter.text(value)
      #expect(try YAMLParser.parse(text, name: "g") == value)
    } catch {
      #expect(!error.problems.isEmpty)
      #expect(error.description.hasPrefix("error: "))
    }
  }

  @Test("The sample is YAML")
  func sampleParses() throws {
    #expect(try YAMLParser.parse(Self.sample, name: "f")["text"] == "block\n\n")
  }

  @Test("Every beginning of a text parses or fails with a diagnostic")
  func truncated() throws {
    let bytes = Array(Self.sample.utf8)
    for count in 0...bytes.count { try survive(Array(bytes[..<count])) }
  }

  @Test("Texts with bytes changed, removed, inserted and copied parse or fail with a diagnostic")
  func mutated() throws {
    var random = Random(seed: 7)
    let sample = Array(Self.sample.utf8)
    let indicators = Array("-?:,[]{}#&*!|>'\"%@`~<\\ \t\n\r".utf8)
    for _ in 0..<3_000 {
      var bytes = sample
      for _ in 0...random.below(4) {
        let index = random.below(bytes.count)
        switch random.below(5) {
        case 0: bytes[index] = UInt8(random.below(256))
        case 1: bytes[index] = indicators[random.below(indicators.count)]
        case 2: bytes.insert(indicators[random.below(indicators.count)], at: index)
        case 3: bytes.remove(at: index)
        default:
          bytes.insert(contentsOf: bytes[index..<min(index + 40, bytes.count)], at: index / 2)
        }
      }
      try survive(bytes)
    }
  }

  @Test("Random bytes and random indicators parse or fail with a diagnostic")
  func noise() throws {
    var random = Random(seed: 11)
    let indicators = Array("-?:,[]{}#&*!|>'\"%@`~<\\ \t\n\rab01".utf8)
    for _ in 0..<3_000 {
      let count = random.below(60)
      try survive((0..<count).map { _ in UInt8(random.below(256)) })
      try survive((0..<count).map { _ in indicators[random.below(indicators.count)] })
    }
  }
}
