import Configuration
import Options
import Testing

@Suite("YAML parser")
struct YAMLParserTests {
  private func parse(_ text: String) throws -> OptionValue {
    try YAMLParser.parse(text, name: "c.yaml")
  }

  /// The problems of a text that must not parse.
  private func problems(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Diagnostic] {
    let error = #expect(throws: OptionsError.self, sourceLocation: sourceLocation) {
      try YAMLParser.parse(text, name: "c.yaml")
    }
    return error?.problems ?? []
  }

  @Test("A configuration becomes a tree of scalars, lists and maps")
  func tree() throws {
    let value = try parse(
      """
      # a comment
      name: mlp   # another
      train: {epochs: 5, rate: 1e-3, "on": 'true'}
      model:
        layers:
        - flatten
        - dense: {units: 10}
        - [1, 2,]
      text: |
        two
        lines
      none:
      tilde: ~
      """)
    #expect(
      value == [
        "name": "mlp",
        "train": [
          "epochs": 5, "rate": OptionValue(.scalar("1e-3", isQuoted: false)), "on": "true",
        ],
        "model": ["layers": ["flatten", ["dense": ["units": 10]], [1, 2]]],
        "text": "two\nlines\n", "none": OptionValue(.null), "tilde": OptionValue(.null),
      ])
  }

  @Test("A text without content is an empty map", arguments: ["", "\n\n", "# only\n", "\u{FEFF}"])
  func empty(text: String) throws {
    let value = try YAMLParser.parse(bytes: Array(text.utf8), name: "c.yaml")
    #expect(value == [:])
    #expect(value.mark?.line == 1)
  }

  @Test("Quotes are remembered, block texts count as quoted")
  func quotes() throws {
    let value = try parse("a: 5\nb: '5'\nc: \"5\"\nd: |\n  5\n")
    let quoted = (value.entries ?? []).map { entry in
      if case .scalar(_, let isQuoted) = entry.value.content { isQuoted } else { false }
    }
    #expect(quoted == [false, true, true, true])
  }

  @Test(
    "Every key and value knows its line, column and length",
    arguments: [
      ("a: hello", "a", 1, 1, 1, 1, 4, 5),
      ("x: 1\nname:  'q r'", "name", 2, 1, 4, 2, 8, 5),
      ("日本: [1, 2]", "日本", 1, 1, 2, 1, 5, 6),
      ("a: {b: 1,\n  c: 2}", "a", 1, 1, 1, 1, 4, 6),
      ("a:\n  bcd: 1\n  e: 2", "a", 1, 1, 1, 2, 3, 3),
      ("a:\n- xyz\n- e", "a", 1, 1, 1, 2, 3, 3),
      ("\r\na: 7\r\n", "a", 2, 1, 1, 2, 4, 1),
      ("\u{FEFF}a: 7", "a", 1, 1, 1, 1, 4, 1),
      ("a: \"x\n  y\"", "a", 1, 1, 1, 1, 4, 2),
    ])
  func marks(
    text: String, key: String, keyLine: Int, keyColumn: Int, keyLength: Int, line: Int, column: Int,
    length: Int
  ) throws {
    let value = try YAMLParser.parse(bytes: Array(text.utf8), name: "c.yaml")
    let entry = try #require(value.entries?.first { $0.key == key })
    let keyMark = try #require(entry.keyMark)
    #expect((keyMark.line, keyMark.column, keyMark.length) == (keyLine, keyColumn, keyLength))
    let mark = try #require(entry.value.mark)
    #expect((mark.line, mark.column, mark.length) == (line, column, length))
    #expect(mark.source.name == "c.yaml")
  }

  @Test("Duplicate keys name both lines, and all of them are found")
  func duplicates() {
    let found = problems("a: 1\nb: {c: 1, c: 2}\na: 3\n'a': 4")
    #expect(
      found.map(\.message) == [
        "key `c` is written twice in one map, in line 2",
        "key `a` is written twice in one map, in lines 1 and 3",
        "key `a` is written twice in one map, in lines 1 and 4",
      ])
    #expect(found.map { $0.mark?.line } == [2, 3, 4])
    #expect(found[0].mark?.column == 11)
  }

  @Test("Aliases repeat their anchor's value, and point to where that was written")
  func aliases() throws {
    let value = try parse("a: &x {u: 1}\nb: *x\nc: &x 2\nd: [*x, *x]")
    #expect(value == ["a": ["u": 1], "b": ["u": 1], "c": 2, "d": [2, 2]])
    #expect(value["b"]?["u"]?.mark?.line == 1)
  }

  @Test("The merge key gives what is not written otherwise, the first map wins")
  func merge() throws {
    let value = try parse(
      """
      base: &base {u: 1, v: 2}
      more: &more {v: 3, w: 4}
      one: {u: 9, <<: *base}
      two: {<<: [*base, *more], x: 5}
      text: {'<<': 1}
      """)
    #expect(value["one"] == ["u": 9, "v": 2])
    #expect(value["two"] == ["u": 1, "v": 2, "w": 4, "x": 5])
    #expect(value["text"] == ["<<": 1])
    #expect(problems("a: {<<: 5}")[0].message == "`<<` merges a map or a list of maps, found `5`")
    #expect(problems("a: {<<: {}, <<: {}}")[0].message.contains("key `<<` is written twice"))
  }

  @Test(
    "Aliases that lead nowhere are refused",
    arguments: [
      ("a: *x", "there is no anchor `&x` before this alias"),
      ("a: &x [*x]", "the alias `*x` stands inside of its own anchor `&x` and would never end"),
      ("a: &x {b: {c: *x}}", "the alias `*x` stands inside of its own anchor"),
      ("&x a: 1\n*x : 2", "a key cannot be an alias"),
    ])
  func wrongAliases(text: String, message: String) {
    #expect(problems(text).first?.message.hasPrefix(message) == true)
  }

  @Test("A misspelt alias gets the anchor that was meant")
  func misspeltAlias() {
    #expect(problems("a: &base 1\nb: *bsae")[0].hint?.hasPrefix("did you mean `*base`?") == true)
  }

  @Test("Aliases of aliases are stopped before they fill the memory")
  func expansion() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let alias = "*a\(level - 1)"
      let items = [String](repeating: alias, count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    let found = problems(text)
    #expect(found.map(\.message) == ["aliases expand this text to more than 100000 values"])
    #expect(found[0].mark?.line == 5)
  }

  @Test("Nesting is limited, directly and through aliases")
  func depth() throws {
    let limit = YAMLParser.maximumDepth
    func nested(_ depth: Int, _ inner: String) -> String {
      String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try parse(nested(limit, "")) }
    #expect(problems(nested(limit + 1, ""))[0].message.hasSuffix("deeper than 100 levels"))
    #expect(problems(String(repeating: "[", count: 100_000))[0].message.hasSuffix("100 levels"))
    let half = limit / 2
    let aliased = "- &x \(nested(half, ""))\n- \(nested(half, "*x"))"
    #expect(problems(aliased)[0].message.hasSuffix("deeper than 100 levels"))
  }

  @Test(
    "What a configuration has no use for is refused with a hint",
    arguments: [
      ("a: !!int 3", "the tag `tag:yaml.org,2002:int` is not supported"),
      ("a: !x [1]", "the tag `!x` is not supported"),
      ("! a: 1", "the tag `!` is not supported"),
      ("a: 1\n---\nb: 2", "a second document begins here; a configuration is one document"),
      ("[a]: 1", "a key must be a text, found a list or a map"),
      ("{[a, b]: 1}", "a key must be a text, found a list or a map"),
      ("? {a: 1}\n: 2", "a key must be a text, found a list or a map"),
      ("{? : 1}", "a key is missing before this `:`"),
    ])
  func refused(text: String, message: String) {
    let found = problems(text)
    #expect(found.map(\.message) == [message])
    #expect(found.first?.hint != nil)
  }

  @Test("Problems of content are all found in one pass")
  func allProblems() {
    let found = problems("a: !x 1\nb: *y\nc: 1\nc: 2\nd: [1")
    #expect(found.map { $0.mark?.line } == [1, 2, 4, 5])
  }
}
