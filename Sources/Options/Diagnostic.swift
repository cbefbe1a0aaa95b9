/// One thing that is wrong with a configuration, in words and with its place.
public struct Diagnostic: Error, Sendable, CustomStringConvertible {
  /// What is wrong, one sentence without a full stop: ``unknown key `learning_rte` in adam``.
  public var message: String
  /// Where it was written; nil where no single place is to blame.
  public var mark: SourceMark?
  /// What to do about it; nil where the message says it all.
  public var hint: String?

  /// Makes a diagnostic.
  public init(_ message: String, at mark: SourceMark? = nil, hint: String? = nil) {
    self.message = message
    self.mark = mark
    self.hint = hint
  }

  /// The text shown to the user: message, place, the line with the place underlined, hint.
  ///
  /// ```
  /// error: unknown key `learning_rte` in adam
  ///   --> configs/fashion.yaml:14:3
  ///    14 |   learning_rte: 1e-3
  ///       |   ^^^^^^^^^^^^
  ///   hint: did you mean `learning_rate`? known keys: learning_rate, beta1, beta2
  /// ```
  public var description: String {
    var text = "error: \(message)"
    if let mark { text += "\n" + Self.describe(mark) }
    if let hint { text += "\n  hint: \(hint)" }
    return text
  }

  private static func describe(_ mark: SourceMark) -> String {
    let number: String
    var text: String
    switch mark.source.kind {
    case .file:
      number = String(mark.line)
      text = "  --> \(mark.source.name):\(mark.line):\(mark.column)"
    case .argument:
      // Arguments have no lines; the argument itself, shown below, is the place.
      number = ""
      text = "  --> command line"
    }
    guard let excerpt = SourceExcerpt(mark) else { return text }
    let blank = String(repeating: " ", count: max(5, number.count))
    text += "\n\(blank.dropLast(number.count))\(number) | \(excerpt.line)"
    text += "\n\(blank) | \(excerpt.underline)"
    return text
  }
}

/// Collects what is wrong with a configuration, so that all of it is reported at once.
///
/// Used by one thread while a configuration is read.
public final class Diagnostics {
  /// All problems so far, in the order found.
  public private(set) var problems: [Diagnostic] = []

  /// Starts with no problems.
  public init() {}

  /// Whether nothing is wrong so far.
  public var isEmpty: Bool { problems.isEmpty }

  /// Adds a problem.
  public func report(_ problem: Diagnostic) {
    problems.append(problem)
  }

  /// Adds a problem.
  public func report(_ message: String, at mark: SourceMark? = nil, hint: String? = nil) {
    problems.append(Diagnostic(message, at: mark, hint: hint))
  }

  /// Adds that a name is none of a family, with the one that was probably meant.
  ///
  /// - Parameters:
  ///   - name: the name as it was written.
  ///   - what: what the family's members are called, one and several: `("loss", "losses")`.
  ///   - mark: where it was written.
  ///   - known: the names that would have been right.
  public func reportUnknown(
    _ name: String, of what: (one: String, several: String), at mark: SourceMark?, known: [String]
  ) {
    let meant = Suggestion.nearest(to: name, among: known).map { "did you mean `\($0)`? " } ?? ""
    report(
      "unknown \(what.one) `\(name)`", at: mark,
      hint: meant + "known \(what.several): " + known.joined(separator: ", "))
  }

  /// Throws all problems together as one error, if there are any.
  ///
  /// - Throws: ``OptionsError`` with every problem reported so far.
  public func throwIfAny() throws(OptionsError) {
    if !problems.isEmpty { throw OptionsError(problems: problems) }
  }
}

/// All problems of a configuration as one error; its text shows at most twenty.
public struct OptionsError: Error, Sendable, CustomStringConvertible {
  /// Every problem, in the order found.
  public let problems: [Diagnostic]

  /// Wraps problems.
  public init(problems: [Diagnostic]) {
    self.problems = problems
  }

  /// The problems' texts, at most twenty, separated by empty lines.
  public var description: String {
    let shown = 20
    var text = problems.prefix(shown).map(\.description).joined(separator: "\n\n")
    if problems.count > shown { text += "\n\n… and \(problems.count - shown) more" }
    return text
  }
}
