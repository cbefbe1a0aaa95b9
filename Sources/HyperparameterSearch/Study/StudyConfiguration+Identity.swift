internal import Configuration
package import Options

extension StudyConfiguration {
  /// What may be another value when a study is gone on with: it changes how much is done and where, not what.
  private static let freeKeys = [
    "trials", "ranks_per_trial", "keep_best", "checkpoint_every", "name", "set",
  ]

  /// The study as it is written down: its configuration with the base in place of the base's path, and what its data
  /// are known by.
  ///
  /// - Parameter fingerprint: what changes when the data do.
  /// - Returns: the tree.
  package func identity(fingerprint: String) -> OptionValue {
    let entries = (resolved.entries ?? []).map { entry in
      entry.key == "base" ? OptionEntry(key: "base", value: baseWithoutWorkers) : entry
    }
    return OptionValue(
      .map(entries + [OptionEntry(key: Self.fingerprintKey, value: .text(fingerprint))]))
  }

  private static let fingerprintKey = "data_fingerprint"

  /// The base without the number of threads, which suits a machine and changes no result.
  private var baseWithoutWorkers: OptionValue {
    let entries = (baseConfiguration.resolved.entries ?? []).map { entry in
      guard entry.key == "train", let options = entry.value.entries else { return entry }
      return OptionEntry(
        key: entry.key, value: OptionValue(.map(options.filter { $0.key != "workers" })))
    }
    return OptionValue(.map(entries))
  }

  /// Refuses to go on with what another study has begun.
  ///
  /// - Parameters:
  ///   - text: the identity that was written down, as YAML.
  ///   - fingerprint: what the data are known by now.
  /// - Throws: `OptionsError` naming the sections that differ.
  package func checkResumes(_ text: String, fingerprint: String) throws(OptionsError) {
    let earlier = try YAMLParser.parse(text, name: "the study's records")
    let diagnostics = Diagnostics()
    let keys = (earlier.entries ?? []).map(\.key)
    let own = identity(fingerprint: fingerprint)
    let all = keys + (own.entries ?? []).map(\.key).filter { !keys.contains($0) }
    for key in all where !Self.freeKeys.contains(key) && own[key] != earlier[key] {
      if key == Self.fingerprintKey {
        diagnostics.report(
          "the data are not those that the study was begun with",
          hint: "put the files back, or start a new study")
        continue
      }
      diagnostics.report(
        "the study was begun with another `\(key)`", at: own[key]?.mark,
        hint: "resume it with the configuration it was begun with, or start a new study; only "
          + "trials, ranks_per_trial, keep_best and checkpoint_every may change")
    }
    try diagnostics.throwIfAny()
  }
}

/// A study as it was written down: enough to make the training configuration of any of its trials.
package struct StudyIdentity: Sendable {
  /// What is searched.
  package let space: SearchSpace
  private let base: OptionValue

  /// Reads what ``StudyConfiguration/identity(fingerprint:)`` gave.
  ///
  /// - Parameter text: the identity as YAML.
  /// - Throws: `OptionsError` where it is none.
  package init(_ text: String) throws(OptionsError) {
    let tree = try YAMLParser.parse(text, name: "the study's records")
    let diagnostics = Diagnostics()
    let reader = OptionReader(tree, context: "the study's records", diagnostics: diagnostics)
    space = SearchSpace(options: reader.section("space"))
    base = reader.value("base") ?? OptionValue(.map([]))
    try diagnostics.throwIfAny()
  }

  /// The training configuration of a trial, its paths absolute, ready to be run.
  ///
  /// - Parameters:
  ///   - assignment: the trial's values.
  ///   - name: the name of its runs.
  /// - Returns: the configuration as YAML.
  /// - Throws: `OptionsError` where the values make none.
  package func runnable(_ assignment: Assignment, name: String) throws(OptionsError) -> String {
    let configuration = try RunConfiguration(
      tree: space.configuration(assignment, in: base), name: name)
    let plainName = OptionValue(.scalar(name, isQuoted: false))
    return YAMLWriter.text(
      try Override(key: "name", value: plainName, mark: nil).applied(to: configuration.resolved))
  }
}
