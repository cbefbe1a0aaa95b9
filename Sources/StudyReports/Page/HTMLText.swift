/// Texts as they may stand in a page.
enum HTMLText {
  /// A text with the characters replaced that mean something in HTML and SVG, or that no document may hold.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}":
        escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A text, escaped, that may go on in the next line after each character that parts words in keys.
  static func breakable(_ text: String) -> String {
    escaped(text).map { "._/".contains($0) ? "\($0)<wbr/>" : String($0) }.joined()
  }

  /// A text with at most so many characters, an ellipsis in place of its middle.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - limit: the most characters, at least 3.
  /// - Returns: the text, not escaped.
  static func shortened(_ text: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    let head = (limit - 1) / 2
    return "\(text.prefix(head))…\(text.suffix(limit - 1 - head))"
  }
}
