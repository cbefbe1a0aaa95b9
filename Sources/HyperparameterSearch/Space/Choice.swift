internal import Configuration
package import Options

/// One of the values that a parameter may take, as it stands in a configuration: `relu`, `64`,
/// `{sgd: {momentum: 0.9}}`.
package struct Choice: Sendable, Equatable {
  /// The value.
  package let value: OptionValue
  /// The value on one line, as tables and records show it.
  package let text: String

  /// Wraps a value.
  package init(_ value: OptionValue) {
    self.value = value
    text = Self.line(value)
  }

  /// What conditions call it: the text of a scalar, or the kind of a map of one key.
  package var name: String {
    if let entries = value.entries, entries.count == 1 { return entries[0].key }
    return text
  }

  /// A map of one kind without options reads as the kind's name alone.
  private static func line(_ value: OptionValue) -> String {
    switch value.content {
    case .scalar(let text, _): return text
    case .null: return "null"
    case .list(let items): return "[" + items.map(line).joined(separator: ", ") + "]"
    case .map(let entries):
      let parts = entries.map { entry in
        let isBare =
          switch entry.value.content {
          case .null: true
          case .map(let options): options.isEmpty
          default: false
          }
        return isBare ? "\(entry.key): {}" : "\(entry.key): \(line(entry.value))"
      }
      return "{" + parts.joined(separator: ", ") + "}"
    }
  }
}
