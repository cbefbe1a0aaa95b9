internal import Options

/// Reads one of several kinds with its options.
enum KindChoice {
  /// Reads the forms `kind` and `kind: {options}`.
  ///
  /// - Parameters:
  ///   - value: what was written.
  ///   - what: what is chosen, for messages.
  ///   - kinds: the names of all kinds.
  ///   - diagnostics: where problems go.
  ///   - make: makes the kind at a place of `kinds` from its options.
  /// - Returns: what was made; nil where the name is wrong, which is reported.
  static func read<Value>(
    _ value: OptionValue, what: String, kinds: [String], _ diagnostics: Diagnostics,
    make: (Int, OptionReader) -> Value
  ) -> Value? {
    guard
      let (name, mark, options) = OptionReader.named(value, what: what, diagnostics: diagnostics)
    else { return nil }
    if let index = kinds.firstIndex(of: name) { return make(index, options) }
    diagnostics.reportUnknown(name, of: (what, what + "s"), at: mark, known: kinds)
    return nil
  }
}
