package import Options

/// Parses YAML 1.2 text into a tree of ``OptionValue`` that knows the place of every key and value.
///
/// What a configuration has no use for is refused with its place: duplicate keys, tags, keys that
/// are no texts, several documents. Anchors, aliases and the merge key `<<` are resolved; how far
/// aliases may expand a text and how deep it may nest is limited. Scalars are not typed here: see
/// ``ScalarText``.
package enum YAMLParser {
  /// How deep lists and maps may nest.
  package static let maximumDepth = 100
  /// How many values all aliases together may add to a text.
  package static let maximumExpansion = 100_000

  /// Parses a text.
  ///
  /// - Parameters:
  ///   - text: YAML; an empty one is an empty map.
  ///   - name: what to call the text in diagnostics.
  /// - Returns: the tree of the text's one document.
  /// - Throws: ``OptionsError`` with every problem up to the first error of syntax.
  package static func parse(_ text: String, name: String) throws(OptionsError) -> OptionValue {
    try parse(OptionSource(name: name, text: text), bytes: Array(text.utf8))
  }

  /// Parses the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: YAML in UTF-8, with or without byte order mark; an empty one is an empty map.
  ///   - name: what to call the file in diagnostics.
  ///   - folder: the absolute folder that relative paths in the file start from.
  /// - Returns: the tree of the file's one document.
  /// - Throws: ``OptionsError`` with every problem up to the first error of syntax, also where the
  ///   bytes are not UTF-8.
  package static func parse(
    bytes: [UInt8], name: String, folder: String? = nil
  ) throws(OptionsError) -> OptionValue {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
    let source = OptionSource(
      name: name, text: String(decoding: content, as: UTF8.self), folder: folder)
    if String(validating: content, as: UTF8.self) == nil {
      throw OptionsError(problems: [invalidEncoding(content, source: source)])
    }
    return try parse(source, bytes: content)
  }

  /// Parses a text, or the end of its first line.
  ///
  /// - Parameters:
  ///   - source: what places point into.
  ///   - bytes: the valid UTF-8 to parse.
  ///   - column: where in the source's first line the bytes begin, from 0 in Unicode scalars.
  /// - Returns: the tree of the one document.
  /// - Throws: ``OptionsError`` with every problem up to the first error of syntax.
  static func parse(
    _ source: OptionSource, bytes: [UInt8], column: Int = 0
  ) throws(OptionsError) -> OptionValue {
    let places = YAMLPlaces(source: source, firstColumn: column)
    let diagnostics = Diagnostics()
    do throws(YAMLFailure) {
      var composer = try YAMLComposer(bytes, places: places, diagnostics: diagnostics)
      let value = try composer.document()
      guard diagnostics.isEmpty else { throw .reported }
      return value
    } catch {
      switch error {
      case .syntax(let syntax):
        diagnostics.report(YAMLSyntaxHelp.diagnostic(syntax, places: places))
      case .limit(let diagnostic): diagnostics.report(diagnostic)
      case .reported: break
      }
      throw OptionsError(problems: diagnostics.problems)
    }
  }

  /// Says where the bytes stop to be UTF-8, and what they might be.
  private static func invalidEncoding(_ bytes: [UInt8], source: OptionSource) -> Diagnostic {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return Diagnostic(
        "\(source.name) is UTF-16 text, not UTF-8",
        hint: "save it as UTF-8 in your editor")
    }
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var valid = 0
    while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { valid += scalar.count }
    // Everything before the broken byte is valid, so its lines are those of the source.
    let before = OptionSource(
      name: source.name, text: String(decoding: bytes.prefix(valid), as: UTF8.self))
    let mark = SourceMark(
      source: source, line: before.lines.count,
      column: (before.lines.last?.unicodeScalars.count ?? 0) + 1)
    return Diagnostic(
      "the text is not UTF-8 from byte \(valid) on", at: mark,
      hint: "save the file as UTF-8; is it a text file?")
  }
}

/// Turns libyaml's positions into marks of a source.
struct YAMLPlaces {
  /// What marks point into.
  let source: OptionSource
  /// Where in the source's first line the parsed text begins, from 0.
  let firstColumn: Int

  /// The mark of a position; `length` Unicode scalars are underlined.
  func mark(_ position: YAMLPosition, length: Int = 1) -> SourceMark {
    SourceMark(
      source: source, line: position.line + 1, column: column(position) + 1, length: length)
  }

  /// The mark from a position to another, or to the end of the line where the other is below.
  func mark(from start: YAMLPosition, to end: YAMLPosition) -> SourceMark {
    if start.line == end.line { return mark(start, length: end.column - start.column) }
    let isInside = source.lines.indices.contains(start.line)
    let count = isInside ? source.lines[start.line].unicodeScalars.count : 0
    return mark(start, length: count - column(start))
  }

  /// A position's column in the source, from 0.
  private func column(_ position: YAMLPosition) -> Int {
    position.column + (position.line == 0 ? firstColumn : 0)
  }
}

/// Why a text cannot be read to its end.
enum YAMLFailure: Error {
  /// It is not YAML.
  case syntax(YAMLSyntaxError)
  /// It is larger than any configuration, or is not one document.
  case limit(Diagnostic)
  /// It was read, and what is wrong with it has been reported.
  case reported
}
