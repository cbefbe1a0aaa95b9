package import Options

/// Writes a tree of ``OptionValue`` as YAML that parses back to an equal tree.
///
/// Sections are written in block style; lists of scalars and small maps that fit into a line in flow
/// style, as one writes by hand: `- dense: {units: 128, activation: relu}`.
package enum YAMLWriter {
  /// The columns a line in flow style may take, indentation excepted.
  private static let flowWidth = 90
  /// The longest key, in bytes, that may stand before a `:`; YAML sets the limit at 1,024 characters.
  private static let simpleKeyBytes = 1_000

  /// The YAML text of a value, with a line feed at the end.
  ///
  /// - Parameter value: what to write; keys and texts are quoted where their plain form would be read
  ///   differently.
  /// - Returns: the text.
  package static func text(_ value: OptionValue) -> String {
    let lines: [String]
    if let entries = value.entries, !entries.isEmpty {
      lines = blockMap(entries, isTop: true)
    } else {
      lines = block(value)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A value in block style if it is a collection that is not empty.
  private static func block(_ value: OptionValue) -> [String] {
    switch value.content {
    case .map(let entries) where !entries.isEmpty: return blockMap(entries, isTop: false)
    case .list(let items) where !items.isEmpty:
      return items.flatMap { indented(listItem($0), first: "- ") }
    case .map: return ["{}"]
    case .list: return ["[]"]
    case .null: return ["null"]
    case .scalar(let text, let isQuoted): return [YAMLScalarText.text(text, isQuoted: isQuoted)]
    }
  }

  private static func blockMap(_ entries: [OptionEntry], isTop: Bool) -> [String] {
    entries.flatMap { entry in
      let key = YAMLScalarText.key(entry.key)
      // A section of several options reads better, and differs better, a line an option.
      let isSection = isTop && (entry.value.entries?.count ?? 0) > 1
      let value = isSection ? block(entry.value) : lines(entry.value)
      if key.utf8.count > simpleKeyBytes { return ["? \(key)"] + indented(value, first: ": ") }
      let isBlock = value.count > 1 || isBlockCollection(entry.value, value)
      return isBlock ? ["\(key):"] + indented(value, first: "  ") : ["\(key): \(value[0])"]
    }
  }

  /// Whether a value's single line is block style, and so cannot stand behind a key.
  private static func isBlockCollection(_ value: OptionValue, _ lines: [String]) -> Bool {
    switch value.content {
    case .map(let entries): !entries.isEmpty && !lines[0].hasPrefix("{")
    case .list(let items): !items.isEmpty && !lines[0].hasPrefix("[")
    case .scalar, .null: false
    }
  }

  /// A value in flow style where that is short, in block style elsewhere.
  private static func lines(_ value: OptionValue) -> [String] {
    if let flow = flow(value, nesting: 0), flow.utf8.count <= flowWidth { return [flow] }
    return block(value)
  }

  /// An entry of a list; a map of one key keeps its block form: `- dense: {units: 10}`.
  private static func listItem(_ value: OptionValue) -> [String] {
    if let entries = value.entries, entries.count == 1 { return blockMap(entries, isTop: false) }
    return lines(value)
  }

  /// A value in flow style; nil where it holds too much to be read on one line.
  private static func flow(_ value: OptionValue, nesting: Int) -> String? {
    switch value.content {
    case .list(let items):
      guard items.allSatisfy(\.isScalar) else { return nil }
      return "[" + items.compactMap { flow($0, nesting: nesting + 1) }.joined(separator: ", ") + "]"
    case .map(let entries):
      let isLeaf = entries.count <= 6 && entries.allSatisfy { $0.value.isScalarOrListOfThem }
      guard isLeaf || entries.count == 1, nesting <= 2 else { return nil }
      var parts: [String] = []
      for entry in entries {
        guard let value = flow(entry.value, nesting: nesting + 1) else { return nil }
        parts.append("\(YAMLScalarText.key(entry.key)): \(value)")
      }
      return "{" + parts.joined(separator: ", ") + "}"
    case .scalar, .null: return block(value)[0]
    }
  }

  /// Lines moved right, with `first` before the first of them.
  private static func indented(_ lines: [String], first: String) -> [String] {
    lines.enumerated().map { ($0 == 0 ? first : "  ") + $1 }
  }
}

/// How a single text is spelled in YAML: plain where that reads the same, in double quotes elsewhere.
enum YAMLScalarText {
  /// A scalar value.
  static func text(_ text: String, isQuoted: Bool) -> String {
    isQuoted || !canBePlain(text) || ScalarText.isNull(text) ? quoted(text) : text
  }

  /// A key, which is always a text.
  static func key(_ text: String) -> String {
    canBePlain(text) && !ScalarText.isNull(text) ? text : quoted(text)
  }

  /// Whether a text has no character that YAML gives a meaning to, in block and in flow style.
  ///
  /// Stricter than YAML, whose rule depends on the neighbours of each character.
  private static func canBePlain(_ text: String) -> Bool {
    var previous: Unicode.Scalar = " "
    for (index, scalar) in text.unicodeScalars.enumerated() {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "/", "(", "$": break
      case "+", ".": break
      case "-": if index == 0 && !beginsNumber(text) { return false }
      case ")", "=", "%", "@", "~", "*", "^", "<", ">", "!", "&": if index == 0 { return false }
      case " ": if previous == " " { return false }
      default: if !scalar.properties.isAlphabetic { return false }
      }
      previous = scalar
    }
    return !text.isEmpty && previous != " " && text != "..." && !text.hasPrefix("... ")
  }

  private static func beginsNumber(_ text: String) -> Bool {
    guard let second = text.unicodeScalars.dropFirst().first else { return false }
    return second == "." || ("0"..."9").contains(second)
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case "\u{85}", "\u{2028}", "\u{2029}": quoted += escaped(scalar)
      default:
        if YAMLSyntaxHelp.isAllowed(scalar) {
          quoted.unicodeScalars.append(scalar)
        } else {
          quoted += escaped(scalar)
        }
      }
    }
    return quoted + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}

extension OptionValue {
  /// Whether it is a scalar, or a list of nothing else.
  fileprivate var isScalarOrListOfThem: Bool {
    if case .list(let items) = content { return items.allSatisfy(\.isScalar) }
    return isScalar
  }

  /// Whether it is no list and no map, or an empty one.
  fileprivate var isScalar: Bool {
    switch content {
    case .null, .scalar: true
    case .list(let items): items.isEmpty
    case .map(let entries): entries.isEmpty
    }
  }
}
