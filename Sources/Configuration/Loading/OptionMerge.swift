import Options

/// How two configurations become one: maps merge key by key, everything else is replaced.
package enum OptionMerge {
  /// The top-level keys whose value is one kind with its options, `{adam: {learning_rate: 1e-3}}`.
  ///
  /// Under them another kind replaces the first one: `adam` and `sgd` side by side mean nothing.
  package static let kindKeys: Set<String> = [
    "optimizer", "loss", "schedule", "sampler", "scheduler",
  ]

  /// A configuration that extends another.
  ///
  /// - Parameters:
  ///   - base: the configuration extended.
  ///   - changes: the one that extends it, and wins.
  /// - Returns: both together.
  static func configuration(_ base: OptionValue, extendedBy changes: OptionValue) -> OptionValue {
    merge(base, changes) { key, base, changes in
      kindKeys.contains(key) && differInKind(base, changes)
    }
  }

  /// Whether both are maps of one key, and the keys differ.
  static func differInKind(_ base: OptionValue, _ changes: OptionValue) -> Bool {
    guard let base = base.entries, let changes = changes.entries, base.count == 1,
      changes.count == 1
    else { return false }
    return base[0].key != changes[0].key
  }

  private static func merge(
    _ base: OptionValue, _ changes: OptionValue,
    replacing: (String, OptionValue, OptionValue) -> Bool = { _, _, _ in false }
  ) -> OptionValue {
    guard var entries = base.entries, let changed = changes.entries else { return changes }
    var indices: [String: Int] = [:]
    for (index, entry) in entries.enumerated() { indices[entry.key] = index }
    for change in changed {
      guard let index = indices[change.key] else {
        entries.append(change)
        continue
      }
      var entry = change
      if !replacing(change.key, entries[index].value, change.value) {
        entry.value = merge(entries[index].value, change.value)
      }
      entries[index] = entry
    }
    return OptionValue(.map(entries), mark: changes.mark)
  }
}
