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
        guard let value = changes.value(key) else { continue }
        tree = try Self.set(value, for: key, at: changes.mark(of: key), in: tree)
      }
      self.tree = tree
    } catch {
      error.problems.forEach(reader.diagnostics.report)
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
  /// A problem that several of them have is told once.
  ///
  /// - Returns: the base's own configuration.
  /// - Throws: `OptionsError` with all problems.
  func check(_ space: SearchSpace) throws(OptionsError) -> RunConfiguration {
    let own = try RunConfiguration(tree: tree, name: name)
    let diagnostics = Diagnostics()
    var told: Set<String> = []
    for assignment in space.extremes {
      do throws(OptionsError) {
        _ = try RunConfiguration(
          tree: space.configuration(assignment, in: tree), name: name)
      } catch {
        for problem in error.problems where told.insert(problem.description).inserted {
          diagnostics.report(problem)
        }
      }
    }
    try diagnostics.throwIfAny()
    return own
  }
}

extension SearchSpace {
  /// Assignments that together hold each parameter's lowest and highest value and each choice, all others in the
  /// middle of their domains; one of a parameter with conditions also has what fulfils them.
  package var extremes: [Assignment] {
    parameters.indices.flatMap { index in
      parameters[index].domain.borders.map { border in
        var forced = [Int: ParameterValue]()
        force(index, to: border, in: &forced)
        return assignment { place, parameter in
          forced[place] ?? parameter.domain.value(at: 0.5)
        }
      }
    }
  }

  /// Notes what a parameter must be, and what those must be that its conditions name.
  private func force(_ index: Int, to value: ParameterValue, in forced: inout [Int: ParameterValue])
  {
    forced[index] = value
    for condition in parameters[index].conditions {
      if let first = condition.values.first {
        force(condition.parameter, to: first, in: &forced)
      }
    }
  }
}

extension ParameterDomain {
  /// The lowest and the highest value, or all choices.
  var borders: [ParameterValue] {
    switch self {
    case .float(let low, let high, let step, _):
      let last = step.map { low + $0 * ((high - low) / $0 + 1e-9).rounded(.down) } ?? high
      return low == last ? [.float(low)] : [.float(low), .float(last)]
    case .integer(let low, let high, _, _):
      return low == high ? [.integer(low)] : [.integer(low), .integer(high)]
    case .choice(let choices): return choices.indices.map(ParameterValue.choice)
    }
  }
}
