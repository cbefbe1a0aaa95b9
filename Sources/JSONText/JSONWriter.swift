/// How a JSON text is laid out.
package enum JSONLayout: Sendable {
  /// Everything on one line, without spaces.
  case compact
  /// One member a line, indented by two spaces; lists of plain values stay on one line.
  case indented
}

extension JSONValue {
  /// The value as JSON text that ``parse(_:)`` reads back to an equal value.
  ///
  /// Numbers that JSON cannot write become the texts `"NaN"`, `"Infinity"`, `"-Infinity"`, which
  /// ``number`` understands.
  package func text(_ layout: JSONLayout = .compact) -> String {
    var writer = JSONWriter(layout: layout)
    writer.write(self, depth: 0)
    return writer.text
  }
}

/// Collects the text of one value.
private struct JSONWriter {
  let layout: JSONLayout
  var text = ""

  init(layout: JSONLayout) {
    self.layout = layout
  }

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): write(value)
    case .string(let value): write(value)
    case .array(let values): write(values, depth: depth)
    case .object(let object): write(object, depth: depth)
    }
  }

  private mutating func write(_ number: Double) {
    if number.isNaN {
      text += "\"NaN\""
    } else if number.isInfinite {
      text += number < 0 ? "\"-Infinity\"" : "\"Infinity\""
    } else {
      text += number.description
    }
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  private mutating func write(_ values: [JSONValue], depth: Int) {
    let isNested = values.contains { $0.array != nil || $0.object != nil }
    let breaks = layout == .indented && isNested
    text += "["
    for (index, value) in values.enumerated() {
      if index > 0 { text += breaks || layout == .compact ? "," : ", " }
      if breaks { breakLine(depth + 1) }
      write(value, depth: depth + 1)
    }
    if breaks { breakLine(depth) }
    text += "]"
  }

  private mutating func write(_ object: JSONObject, depth: Int) {
    let breaks = layout == .indented && !object.members.isEmpty
    text += "{"
    for (index, member) in object.members.enumerated() {
      if index > 0 { text += "," }
      if breaks { breakLine(depth + 1) }
      write(member.key)
      text += layout == .indented ? ": " : ":"
      write(member.value, depth: depth + 1)
    }
    if breaks { breakLine(depth) }
    text += "}"
  }

  private mutating func breakLine(_ depth: Int) {
    text += "\n" + String(repeating: "  ", count: depth)
  }
}
