import Options

/// Puts libyaml's messages into the words of someone who writes a configuration.
enum YAMLSyntaxHelp {
  /// What a message of libyaml means to the user.
  private struct Advice {
    var message: String
    var hint: String
    /// Whether the place to show is where the construct began rather than where it broke.
    var isAtContext = false
  }

  /// The diagnostic of a syntax error.
  static func diagnostic(
    _ error: YAMLSyntaxError, places: YAMLPlaces
  ) -> Diagnostic {
    if error.problem == "control characters are not allowed" {
      return controlCharacter(places: places)
    }
    for line in [error.position.line, error.contextPosition.line] {
      if let tab = tabInIndentation(line: line, places: places) { return tab }
    }
    guard let advice = advice(for: error) else {
      let context = error.context.isEmpty ? "" : ", \(error.context)"
      return Diagnostic(
        "this is not YAML: \(error.problem)\(context)", at: places.mark(error.position))
    }
    let position = advice.isAtContext ? error.contextPosition : error.position
    return Diagnostic(advice.message, at: places.mark(position), hint: advice.hint)
  }

  private static func advice(for error: YAMLSyntaxError) -> Advice? {
    if let advice = bracketAdvice(for: error) { return advice }
    switch error.problem {
    case "mapping values are not allowed in this context":
      return Advice(
        message: "a `:` cannot stand here",
        hint: "quote a text that contains `: `; check the indentation of this line, "
          + "and that the line above has `: `, with the blank, after its key")
    case "could not find expected ':'":
      return Advice(
        message: "a `:` is missing after this key", hint: "write `name: value`, with the blank",
        isAtContext: true)
    case "did not find expected key":
      return Advice(
        message: "this line belongs to no map above it",
        hint: "keys of one map begin in the same column; text after a closing quote is not allowed")
    case "did not find expected '-' indicator":
      return Advice(
        message: "this line belongs to no list above it",
        hint: "entries of one list begin with `- ` in the same column")
    case "block sequence entries are not allowed in this context":
      return Advice(
        message: "a list entry cannot begin here", hint: "begin the list on a line of its own")
    case "found character that cannot start any token":
      return Advice(
        message: "a value cannot begin with this character",
        hint: "put a text that begins with `@`, `` ` `` or `%` in quotes")
    case "found unexpected end of stream" where error.context.contains("quoted scalar"),
      "found unexpected document indicator" where error.context.contains("quoted scalar"):
      return Advice(
        message: "the quote opened here is never closed", hint: "close it with the same quote",
        isAtContext: true)
    case "found unknown escape character", "did not find expected hexdecimal number":
      return Advice(
        message: "this is no escape of a double-quoted text",
        hint: "write `\\\\` for a backslash, or use single quotes")
    case "did not find expected alphabetic or numeric character":
      return Advice(
        message: "`*` and `&` begin an alias or an anchor and need a name",
        hint: "put a text that begins with `*` or `&` in quotes")
    case "did not find expected <document start>":
      return Advice(
        message: "the configuration ended before this place",
        hint: "is there one `}` or `]` too many, or a `...`?")
    default: return nil
    }
  }

  /// Flow collections that are not closed, or whose commas are missing.
  private static func bracketAdvice(for error: YAMLSyntaxError) -> Advice? {
    let kinds = [
      ("while parsing a flow sequence", "list", "[", "]"),
      ("while parsing a flow mapping", "map", "{", "}"),
    ]
    for (context, kind, open, close) in kinds where error.context == context {
      return Advice(
        message: "the \(kind) opened with `\(open)` here is not closed, or misses a comma",
        hint: "separate by commas, close with `\(close)`; reading stopped in line "
          + "\(error.position.line + 1), column \(error.position.column + 1)",
        isAtContext: true)
    }
    return nil
  }

  /// A tab before the first character of a line, the one mistake that cannot be seen.
  private static func tabInIndentation(line: Int, places: YAMLPlaces) -> Diagnostic? {
    guard places.source.lines.indices.contains(line) else { return nil }
    let indentation = places.source.lines[line].unicodeScalars.prefix { $0 == " " || $0 == "\t" }
    guard let tab = indentation.firstIndex(of: "\t") else { return nil }
    let column = indentation.distance(from: indentation.startIndex, to: tab)
    return Diagnostic(
      "a tab stands in the indentation of this line",
      at: places.mark(YAMLPosition(line: line, column: column)),
      hint: "YAML indents by blanks only: replace each tab by two blanks")
  }

  /// libyaml gives no line for these, so the first one is looked up.
  private static func controlCharacter(places: YAMLPlaces) -> Diagnostic {
    for (line, text) in places.source.lines.enumerated() {
      for (column, scalar) in text.unicodeScalars.enumerated() where !isAllowed(scalar) {
        let name = "U+" + String(scalar.value, radix: 16, uppercase: true)
        return Diagnostic(
          "the control character \(name) is not allowed",
          at: SourceMark(source: places.source, line: line + 1, column: column + 1),
          hint: "in a double-quoted text it can be written as an escape; is this a text file?")
      }
    }
    return Diagnostic("\(places.source.name) contains control characters")
  }

  /// The characters that may stand in a YAML text as they are.
  static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0x10000...0x10FFFF: true
    case 0xE000...0xFFFD: scalar.value != 0xFEFF
    default: false
    }
  }
}
