/// A text that options were read from: a file, or a command-line argument.
///
/// Marks hold a reference to it, so that a diagnostic can show the offending line long after the
/// text was parsed.
public final class OptionSource: Sendable {
  /// What to call the text in a diagnostic: a path as the user wrote it, or `--set train.epochs=x`.
  public let name: String
  /// The text, a line an element, without line ends.
  public let lines: [String]

  /// Wraps a text that options are read from.
  public init(name: String, text: String) {
    self.name = name
    self.lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}

/// The place a value came from: a line and a column, both from 1, and the width to underline.
public struct SourceMark: Sendable {
  /// The text that the place is in.
  public let source: OptionSource
  /// Line number, from 1.
  public let line: Int
  /// Column in characters, from 1.
  public let column: Int
  /// How many characters to underline, at least 1.
  public let length: Int

  /// Names a place in a text.
  public init(source: OptionSource, line: Int, column: Int, length: Int = 1) {
    self.source = source
    self.line = line
    self.column = column
    self.length = max(1, length)
  }
}
