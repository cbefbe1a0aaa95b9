internal import Configuration
internal import Options

extension SearchSpace {
  /// Refuses a parameter whose value would silently replace that of an earlier one in the same trial.
  func reportClashes(_ diagnostics: Diagnostics) {
    for index in parameters.indices {
      for earlier in 0..<index where !areExclusive(index, earlier) {
        for key in parameters[index].keys {
          reportLoss(of: earlier, by: index, setting: key, diagnostics)
          reportOtherKind(of: earlier, by: index, setting: key, diagnostics)
        }
      }
    }
  }

  /// The same key is set twice, or a key inside a map that is then set as a whole.
  private func reportLoss(
    of earlier: Int, by index: Int, setting key: String, _ diagnostics: Diagnostics
  ) {
    let (parameter, other) = (parameters[index], parameters[earlier])
    guard let lost = other.keys.first(where: { $0 == key || $0.hasPrefix(key + ".") }) else {
      return
    }
    diagnostics.report(
      "`\(parameter.name)` sets `\(key)`, which replaces what `\(other.name)` sets"
        + (lost == key || lost == other.name ? "" : " at `\(lost)`"),
      at: parameter.mark,
      hint: lost == key
        ? "give them `when` conditions of which one holds at a time"
        : "write `\(parameter.name)` above `\(other.name)`")
  }

  /// An option of one optimizer, loss or schedule is set where an earlier parameter chose another one, which setting it
  /// would replace.
  private func reportOtherKind(
    of earlier: Int, by index: Int, setting key: String, _ diagnostics: Diagnostics
  ) {
    let (parameter, other) = (parameters[index], parameters[earlier])
    let names = key.split(separator: ".").map(String.init)
    guard names.count >= 2, OptionMerge.kindKeys.contains(names[0]), other.keys.contains(names[0]),
      case .choice(let choices) = other.domain
    else { return }
    let chosen = requirements(of: index).first { $0.parameter == earlier }?.values
    let others = choices.indices
      .filter { chosen?.contains(.choice($0)) ?? true }
      .map { choices[$0].name }.filter { $0 != names[1] }
    if let wrong = others.first {
      diagnostics.report(
        "`\(parameter.name)` has a value also where `\(other.name)` is `\(wrong)`, which it would replace",
        at: parameter.mark, hint: "add `when: {\(other.name): \(names[1])}`")
    }
  }

  /// Whether of two parameters never both have a value.
  private func areExclusive(_ one: Int, _ other: Int) -> Bool {
    let others = requirements(of: other)
    return requirements(of: one).contains { own in
      others.contains {
        $0.parameter == own.parameter && Set($0.values).isDisjoint(with: own.values)
      }
    }
  }

  /// The conditions of a parameter and of those that they name.
  private func requirements(of index: Int) -> [Parameter.Condition] {
    parameters[index].conditions.flatMap { [$0] + requirements(of: $0.parameter) }
  }
}
