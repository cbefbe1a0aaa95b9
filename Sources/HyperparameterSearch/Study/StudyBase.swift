internal import Configuration
internal import Options

/// The training configuration that a study sets values in.
struct StudyBase {
  /// The configuration.
  let tree: OptionValue
  /// Its file's name.
  let name: String

  /// Reads `base` and `set`; problems go to the reader's diagnostics.
  init?(_ reader: OptionReader) {
    let changes = reader.section("set").keys.isEmpty ? nil : reader.value("set")
    guard let path = reader.path("base") else {
      if !reader.has("base") {
        reader.reportMissing(
          "base", hint: "name the training configuration: `base: digits-mlp.yaml`")
      }
      return nil
    }
    name = Paths.name(of: path)
    do throws(OptionsError) {
      var tree = try ConfigurationLoader.load(path: path)
      if tree["train"]?["shards"] == nil {
        tree = try Override(
          key: "train.shards", value: .integer(StudyConfiguration.defaultShards), mark: nil
        ).applied(to: tree)
      }
      if let changes {
        for change in try Self.overrides(changes) { tree = try change.applied(to: tree) }
      }
      self.tree = tree
    } catch {
      for var problem in error.problems {
        problem.mark = problem.mark ?? reader.value("base")?.mark
        reader.diagnostics.report(problem)
      }
      return nil
    }
  }

  /// What `set` changes: maps in it merge with those of the base, as those of a file do with what it extends.
  private static func overrides(
    _ changes: OptionValue, under prefix: String = ""
  ) throws(OptionsError) -> [Override] {
    var overrides: [Override] = []
    for entry in changes.entries ?? [] {
      let key = prefix + entry.key
      if let entries = entry.value.entries, !entries.isEmpty {
        overrides += try Self.overrides(entry.value, under: key + ".")
      } else {
        overrides.append(try Override(key: key, value: entry.value, mark: entry.keyMark))
      }
    }
    return overrides
  }

  /// Decodes the base as it is, and with each value at the borders of each parameter's domain.
  ///
  /// - Parameters:
  ///   - space: what is searched.
  ///   - diagnostics: where problems with values go.
  /// - Returns: the base's own configuration.
  /// - Throws: `OptionsError` where the base itself makes none.
  func check(
    _ space: SearchSpace, _ diagnostics: Diagnostics
  ) throws(OptionsError) -> RunConfiguration {
    let own = try RunConfiguration(tree: tree, name: name)
    space.problems { assignment in
      let (tree, problems) = space.applied(assignment, to: tree)
      do throws(OptionsError) {
        _ = try RunConfiguration(tree: tree, name: name)
        return problems
      } catch {
        return problems + error.problems
      }
    }.forEach(diagnostics.report)
    return own
  }
}
