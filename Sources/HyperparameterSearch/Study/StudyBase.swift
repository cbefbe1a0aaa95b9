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
    let changes = reader.section("set")
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
      for key in changes.keys {
        let value = changes.value(key) ?? OptionValue(.null)
        tree = try Self.set(value, for: key, at: changes.mark(of: key), in: tree)
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

  /// Sets a value; maps merge key by key, as with `extends`.
  private static func set(
    _ value: OptionValue, for key: String, at mark: SourceMark?, in tree: OptionValue
  ) throws(OptionsError) -> OptionValue {
    guard let entries = value.entries, !entries.isEmpty else {
      return try Override(key: key, value: value, mark: mark).applied(to: tree)
    }
    var tree = tree
    for entry in entries {
      tree = try set(entry.value, for: "\(key).\(entry.key)", at: entry.keyMark, in: tree)
    }
    return tree
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
