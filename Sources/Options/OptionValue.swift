/// One value of a configuration as it was written, before anything is known about its type.
///
/// A tree of these is what a YAML file, a `--set` argument or a checkpoint's record is parsed into;
/// layers, optimizers and data sources read their options out of it with an ``OptionReader``.
public struct OptionValue: Sendable {
  /// What the value is made of.
  public enum Content: Sendable {
    /// Nothing: an empty value, `null` or `~`.
    case null
    /// A text. `isQuoted` tells that it was quoted and so is never a number or a boolean.
    case scalar(String, isQuoted: Bool)
    /// A sequence of values.
    case list([OptionValue])
    /// A mapping, in the order written, keys unique.
    case map([OptionEntry])
  }

  /// The content.
  public var content: Content
  /// Where it was written; nil for values made in code.
  public var mark: SourceMark?

  /// Makes a value.
  public init(_ content: Content, mark: SourceMark? = nil) {
    self.content = content
    self.mark = mark
  }

  /// The entries of a mapping; nil for anything else.
  public var entries: [OptionEntry]? {
    if case .map(let entries) = content { return entries }
    return nil
  }

  /// The value of a key of a mapping; nil where it is absent or this is no mapping.
  public subscript(key: String) -> OptionValue? {
    entries?.first { $0.key == key }?.value
  }

  /// A text as a path that starts from the folder of the file it was written in; nil for no text.
  ///
  /// In values made in code, which belong to no file, it stays as it is.
  public var absolutePath: String? {
    guard case .scalar(let text, _) = content else { return nil }
    guard let folder = mark?.source.folder, !text.hasPrefix("/") else { return text }
    return folder.hasSuffix("/") ? folder + text : folder + "/" + text
  }

  /// What the value is, for messages: `nothing`, the scalar in backquotes, `a list`, `a map`.
  public var kindDescription: String {
    switch content {
    case .null: "nothing"
    case .scalar(let text, false): "`\(Self.shortened(text))`"
    case .scalar(let text, true): "the quoted text `\(Self.shortened(text))`"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// A message stays one readable line whatever a file holds.
  private static func shortened(_ text: String) -> String {
    let line = text.map { $0.isNewline ? "⏎" : $0 }
    return line.count <= 60 ? String(line) : String(line.prefix(59)) + "…"
  }
}

/// One key and its value in a mapping.
public struct OptionEntry: Sendable {
  /// The key.
  public var key: String
  /// Where the key was written; nil for entries made in code.
  public var keyMark: SourceMark?
  /// The value.
  public var value: OptionValue

  /// Makes an entry.
  public init(key: String, keyMark: SourceMark? = nil, value: OptionValue) {
    self.key = key
    self.keyMark = keyMark
    self.value = value
  }
}
