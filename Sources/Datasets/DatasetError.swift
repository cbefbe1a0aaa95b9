/// What is wrong with the data of a run: in words, with its place and what to do about it.
public struct DatasetError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where in the data the problem is.
  public enum Place: Sendable, Hashable {
    /// A file as a whole.
    case file(String)
    /// A line and a column of a text file, both from 1; the column counts characters.
    case text(file: String, line: Int, column: Int)
    /// A byte of a binary file, from 0.
    case byte(file: String, offset: Int)
  }

  /// What is wrong, with what was expected and what was found; no full stop.
  public var message: String
  /// Where it is; nil where the fault lies in no single file.
  public var place: Place?
  /// What to do about it; nil where the message says it all.
  public var hint: String?

  /// Makes an error.
  public init(_ message: String, at place: Place? = nil, hint: String? = nil) {
    self.message = message
    self.place = place
    self.hint = hint
  }

  /// The text shown to the user: message, `file:line:column` or file and byte, hint.
  public var description: String {
    var text = "error: \(message)"
    switch place {
    case .file(let file): text += "\n  --> \(file)"
    case .text(let file, let line, let column): text += "\n  --> \(file):\(line):\(column)"
    case .byte(let file, let offset): text += "\n  --> \(file), byte \(offset)"
    case nil: break
    }
    if let hint { text += "\n  hint: \(hint)" }
    return text
  }
}
