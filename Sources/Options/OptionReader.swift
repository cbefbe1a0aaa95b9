/// Reads typed options out of one mapping, reports what is wrong with them, and knows at the end
/// which keys nobody asked for.
///
/// A problem never stops the reading: it is reported to the shared ``Diagnostics`` and a harmless
/// value is returned, so that one pass finds every problem of a configuration. Call ``finish()``
/// last: it reports the keys that were not read, with the name that was probably meant.
///
/// ```swift
/// let reader = OptionReader(value, context: "dense", diagnostics: diagnostics)
/// units = reader.integer("units", in: 1...)
/// useBias = reader.boolean("bias", default: true)
/// reader.finish()
/// ```
public final class OptionReader {
  /// What the options belong to, for messages: `dense`, `train.checkpoint`, `the configuration`.
  public let context: String
  /// Where problems go.
  public let diagnostics: Diagnostics
  /// Where the mapping (or the bare name that stands for it) was written.
  public let mark: SourceMark?

  private let entries: [OptionEntry]
  private var known: [String] = []

  /// Starts to read a mapping; `null` is read as an empty one, anything else is reported.
  public init(_ value: OptionValue, context: String, diagnostics: Diagnostics) {
    self.context = context
    self.diagnostics = diagnostics
    self.mark = value.mark
    switch value.content {
    case .map(let entries): self.entries = entries
    case .null: self.entries = []
    case .scalar, .list:
      self.entries = []
      diagnostics.report(
        "expected a map of options for \(context), found \(value.kindDescription)", at: value.mark)
    }
  }

  /// The keys written, in order.
  public var keys: [String] { entries.map(\.key) }

  /// Whether a key was written with a value other than `null`.
  public func has(_ key: String) -> Bool {
    value(key) != nil
  }

  /// The value of a key as it was written; nil where it is absent or `null`.
  public func value(_ key: String) -> OptionValue? {
    if !known.contains(key) { known.append(key) }
    guard let value = entries.first(where: { $0.key == key })?.value else { return nil }
    if case .null = value.content { return nil }
    return value
  }

  /// Where a key was written; the mapping's own place where it is absent.
  public func mark(of key: String) -> SourceMark? {
    entries.first { $0.key == key }?.keyMark ?? mark
  }

  /// Reports a problem with a key's value, at the place of the value.
  public func report(_ message: String, for key: String, hint: String? = nil) {
    let mark = entries.first { $0.key == key }?.value.mark ?? mark(of: key)
    diagnostics.report(message, at: mark, hint: hint)
  }

  /// Reports that a required key is absent.
  public func reportMissing(_ key: String, hint: String? = nil) {
    diagnostics.report("\(context) needs `\(key)`", at: mark, hint: hint)
  }

  /// Reports the keys that were written but never read, each with the name that was probably meant.
  ///
  /// - Parameter hints: what to say about keys that other programs have and this one has not, in
  ///   place of the nearest name: `["batch_size": "write `global_batch`, …"]`.
  public func finish(hints: [String: String] = [:]) {
    for entry in entries where !known.contains(entry.key) {
      diagnostics.report(
        "unknown key `\(entry.key)` in \(context)", at: entry.keyMark,
        hint: hints[entry.key] ?? hint(forUnknown: entry.key))
    }
  }

  private func hint(forUnknown key: String) -> String {
    if known.isEmpty { return "\(context) takes no options" }
    let meant = Suggestion.nearest(to: key, among: known).map { "did you mean `\($0)`? " } ?? ""
    return meant + "known keys: \(known.joined(separator: ", "))"
  }
}
