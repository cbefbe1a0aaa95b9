extension OptionReader {
  /// A reader for an option that is itself a mapping; nil where it is absent.
  ///
  /// - Parameters:
  ///   - key: its name.
  ///   - context: what its options belong to, for messages; the key unless given.
  /// - Returns: the reader; nil where the key is absent.
  public func nested(_ key: String, context: String? = nil) -> OptionReader? {
    guard let value = value(key) else { return nil }
    return OptionReader(value, context: context ?? key, diagnostics: diagnostics)
  }

  /// A reader for an option that is itself a mapping, and is read as an empty one where it is absent.
  ///
  /// Required options of an absent section are thus reported like those of a section that is there.
  ///
  /// - Parameters:
  ///   - key: its name.
  ///   - context: what its options belong to, for messages; the key unless given.
  /// - Returns: the reader, of an empty mapping where the key is absent.
  public func section(_ key: String, context: String? = nil) -> OptionReader {
    nested(key, context: context)
      ?? OptionReader(
        OptionValue(.null, mark: mark(of: key)), context: context ?? key, diagnostics: diagnostics)
  }

  /// A path option as an absolute path; nil where it is absent or no text.
  ///
  /// A relative path starts from the folder of the file it was written in; in values made in code,
  /// which belong to no file, it stays as it is.
  public func path(_ key: String) -> String? {
    text(key) == nil ? nil : value(key)?.absolutePath
  }

  /// Splits the form `name` or `name: {options}` into the name and a reader of the options.
  ///
  /// - Parameters:
  ///   - value: a text, or a mapping of one key.
  ///   - what: what is named, for messages: `layer`, `optimizer`.
  ///   - diagnostics: where problems go.
  /// - Returns: the name, where it was written, and its options; nil after a problem was reported.
  public static func named(
    _ value: OptionValue, what: String, diagnostics: Diagnostics
  ) -> (name: String, mark: SourceMark?, options: OptionReader)? {
    switch value.content {
    case .scalar(let name, _):
      let none = OptionValue(.null, mark: value.mark)
      return (name, value.mark, OptionReader(none, context: name, diagnostics: diagnostics))
    case .map(let entries) where entries.count == 1:
      let entry = entries[0]
      var options = entry.value
      if case .null = options.content { options.mark = entry.keyMark }
      let reader = OptionReader(options, context: entry.key, diagnostics: diagnostics)
      return (entry.key, entry.keyMark, reader)
    default:
      let names = (value.entries ?? []).map { "`\($0.key)`" }.joined(separator: ", ")
      diagnostics.report(
        "expected the name of a \(what), or one name with its options, "
          + "found \(value.kindDescription)\(names.isEmpty ? "" : " of \(names)")",
        at: value.mark, hint: namedHint(value))
      return nil
    }
  }

  /// The usual slip is to indent the options no further than the name they belong to.
  private static func namedHint(_ value: OptionValue) -> String {
    if let entries = value.entries, entries.count > 1, case .null = entries[0].value.content {
      return "indent the options further than `\(entries[0].key):`, "
        + "or write `\(entries[0].key): {option: value}`"
    }
    return "write `name` or `name: {option: value}`"
  }
}
