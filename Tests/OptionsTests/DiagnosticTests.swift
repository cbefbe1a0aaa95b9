import Options
import Testing

@Suite("Diagnostics")
struct DiagnosticTests {
  private func source(_ line: String) -> OptionSource {
    let before = String(repeating: "#\n", count: 13)
    return OptionSource(name: "configs/fashion.yaml", text: before + line + "\n# after")
  }

  private func text(_ line: String, column: Int, length: Int = 1) -> String {
    let mark = SourceMark(source: source(line), line: 14, column: column, length: length)
    return Diagnostic("wrong", at: mark).description
  }

  @Test("The text has message, place, line, underline and hint, each in its column")
  func format() {
    let mark = SourceMark(source: source("  learning_rte: 1e-3"), line: 14, column: 3, length: 12)
    let diagnostic = Diagnostic(
      "unknown key `learning_rte` in optimizer", at: mark, hint: "did you mean `learning_rate`?")
    #expect(
      diagnostic.description == """
        error: unknown key `learning_rte` in optimizer
          --> configs/fashion.yaml:14:3
           14 |   learning_rte: 1e-3
              |   ^^^^^^^^^^^^
          hint: did you mean `learning_rate`?
        """)
  }

  @Test("Without place and hint only the message remains")
  func messageOnly() {
    #expect(Diagnostic("nothing to train").description == "error: nothing to train")
  }

  @Test("An argument is shown without file and line number")
  func argument() {
    let source = OptionSource(
      name: "--set train.epochs=x", text: "--set train.epochs=x", kind: .argument)
    let mark = SourceMark(source: source, line: 1, column: 20)
    #expect(
      Diagnostic("wrong", at: mark).description == """
        error: wrong
          --> command line
              | --set train.epochs=x
              |                    ^
        """)
  }

  @Test("The gutter grows with the line number")
  func wideLineNumber() {
    let source = OptionSource(name: "f", text: String(repeating: "a\n", count: 1_234_567))
    let mark = SourceMark(source: source, line: 1_234_567, column: 1)
    #expect(
      Diagnostic("wrong", at: mark).description == """
        error: wrong
          --> f:1234567:1
        1234567 | a
                | ^
        """)
  }

  @Test(
    "Carets stand below their characters",
    arguments: [
      ("\tkey: x", 2, 3, "\tkey: x", "\t^^^"),
      ("日本: x", 5, 1, "日本: x", "      ^"),
      ("e\u{301}: x", 5, 1, "e\u{301}: x", "   ^"),
      ("key:", 5, 1, "key:", "    ^"),
      ("key:", 90, 4, "key:", "    ^"),
      ("key: value", 6, 99, "key: value", "     ^^^^^"),
      ("a\u{1B}[31m: x", 9, 1, "a\u{FFFD}[31m: x", "        ^"),
      ("", 1, 1, "", "^"),
    ])
  func underline(line: String, column: Int, length: Int, shown: String, carets: String) {
    #expect(
      text(line, column: column, length: length)
        == "error: wrong\n  --> configs/fashion.yaml:14:\(column)\n   14 | \(shown)\n      | \(carets)"
    )
  }

  @Test("Of a very long line the neighbourhood of the place is shown")
  func longLine() throws {
    let line = String(repeating: "a", count: 5_000) + "!" + String(repeating: "b", count: 5_000)
    let rows = text(line, column: 5_001).split(separator: "\n")
    let shown = Array(rows[2]), carets = Array(rows[3])
    #expect(shown.count < 140)
    let caret = try #require(carets.firstIndex(of: "^"))
    #expect(shown[caret] == "!")
    #expect(carets.count { $0 == "^" } == 1)
  }

  @Test("A line that the source does not have is left out")
  func lineOutOfRange() {
    let mark = SourceMark(source: source("x"), line: 99, column: 1)
    #expect(
      Diagnostic("wrong", at: mark).description == "error: wrong\n  --> configs/fashion.yaml:99:1")
  }

  @Test("Places below 1 are taken for 1")
  func placesFromOne() {
    let mark = SourceMark(source: source("x"), line: 0, column: -3, length: 0)
    #expect((mark.line, mark.column, mark.length) == (1, 1, 1))
  }

  @Test("Lines end where YAML's do")
  func lineEnds() {
    let source = OptionSource(name: "f", text: "a\r\nb\rc\nd\u{85}e\u{2028}f\u{2029}g\n\nh")
    #expect(source.lines == ["a", "b", "c", "d", "e", "f", "g", "", "h"])
  }

  @Test("All problems are thrown together, and at most twenty are shown")
  func all() {
    let diagnostics = Diagnostics()
    #expect(diagnostics.isEmpty)
    #expect(throws: Never.self) { try diagnostics.throwIfAny() }
    for index in 1...23 { diagnostics.report("problem \(index)") }
    let error = #expect(throws: OptionsError.self) { try diagnostics.throwIfAny() }
    let text = error?.description ?? ""
    #expect(error?.problems.count == 23)
    #expect(text.hasPrefix("error: problem 1\n\nerror: problem 2\n\n"))
    #expect(text.hasSuffix("error: problem 20\n\n… and 3 more"))
  }
}
