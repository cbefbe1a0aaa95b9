/// A text that options were read from: a file, or a command-line argument.
///
/// Marks hold a reference to it, so that a diagnostic can show the offending line long after the
/// text was parsed.
public final class OptionSource: Sendable {
  /// What kind of text it is, which decides how a place in it is called.
  public enum Kind: Sendable {
    /// A file: places are `path:line:column`.
    case file
    /// One argument of the command line: the argument itself is shown, without a line number.
    case argument
  }

  /// What to call the text in a diagnostic: a path as the user wrote it, or `--set train.epochs=x`.
  public let name: String
  /// Whether the text is a file or an argument.
  public let kind: Kind
  /// The absolute folder that relative paths in the text start from; nil where there is none.
  public let folder: String?
  /// The text, a line an element, without line ends.
  public let lines: [String]

  /// Wraps a text that options are read from.
  ///
  /// - Parameters:
  ///   - name: what to call it in a diagnostic.
  ///   - text: the whole text.
  ///   - kind: a file unless said otherwise.
  ///   - folder: the absolute folder that relative paths in the text start from.
  public init(name: String, text: String, kind: Kind = .file, folder: String? = nil) {
    self.name = name
    self.kind = kind
    self.folder = folder
    self.lines = Self.lines(of: text)
  }

  /// Cuts at YAML's line ends, which are CR LF, CR, LF, NEL, LS and PS, so that line numbers agree with
  /// the parser's; `Character` would take CR LF for a character that is not a line feed.
  private static func lines(of text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where last == "\r": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
        lines.append(String(line))
        line = String.UnicodeScalarView()
      default: line.append(scalar)
      }
      last = scalar
    }
    lines.append(String(line))
    return lines
  }
}

/// The place a value came from: a line and a column, both from 1, and the width to underline.
public struct SourceMark: Sendable {
  /// The text that the place is in.
  public let source: OptionSource
  /// Line number, from 1.
  public let line: Int
  /// Column in Unicode scalars, from 1.
  public let column: Int
  /// How many Unicode scalars to underline, at least 1.
  public let length: Int

  /// Names a place in a text; numbers below 1 are taken for 1.
  public init(source: OptionSource, line: Int, column: Int, length: Int = 1) {
    self.source = source
    self.line = max(1, line)
    self.column = max(1, column)
    self.length = max(1, length)
  }
}
