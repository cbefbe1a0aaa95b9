import Options

/// Collects the entries of one YAML map: refuses keys written twice and resolves `<<`.
struct YAMLMapEntries {
  /// A key of a map.
  enum Key {
    /// `<<`: the entries of the value, a map or a list of maps, that are not given otherwise.
    case merge
    /// Any other.
    case name(String)
  }

  /// Where the first key was written; nil while there is none.
  private(set) var firstKeyMark: SourceMark?

  private var written: [OptionEntry] = []
  private var indices: [String: Int] = [:]
  private var merged: [OptionEntry] = []
  private var mergeMark: SourceMark?

  /// Adds an entry, or reports what is wrong with it.
  mutating func add(
    _ key: Key, mark: SourceMark, value: OptionValue, diagnostics: Diagnostics
  ) {
    firstKeyMark = firstKeyMark ?? mark
    switch key {
    case .name(let name):
      if let index = indices[name] {
        Self.reportTwice(name, first: written[index].keyMark, second: mark, to: diagnostics)
        return
      }
      indices[name] = written.count
      written.append(OptionEntry(key: name, keyMark: mark, value: value))
    case .merge:
      if let first = mergeMark {
        Self.reportTwice("<<", first: first, second: mark, to: diagnostics)
        return
      }
      mergeMark = mark
      merge(value, mark: mark, diagnostics: diagnostics)
    }
  }

  /// All entries: those written, then those merged under keys that were not written.
  func resolved() -> [OptionEntry] {
    var entries = written
    var keys = Set(indices.keys)
    for entry in merged where keys.insert(entry.key).inserted { entries.append(entry) }
    return entries
  }

  private mutating func merge(_ value: OptionValue, mark: SourceMark, diagnostics: Diagnostics) {
    let parts: [OptionValue]
    if case .list(let list) = value.content { parts = list } else { parts = [value] }
    for part in parts {
      guard let entries = part.entries else {
        diagnostics.report(
          "`<<` merges a map or a list of maps, found \(part.kindDescription)", at: mark,
          hint: "write `<<: *anchor`, where the anchor is that of a map")
        return
      }
      merged += entries
    }
  }

  private static func reportTwice(
    _ key: String, first: SourceMark?, second: SourceMark, to diagnostics: Diagnostics
  ) {
    let lines =
      first.map {
        $0.line == second.line ? "line \($0.line)" : "lines \($0.line) and \(second.line)"
      }
    diagnostics.report(
      "key `\(key)` is written twice in one map, in \(lines ?? "line \(second.line)")", at: second,
      hint: "remove one of them")
  }
}
