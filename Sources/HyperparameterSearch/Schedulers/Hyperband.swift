package import Options

/// Hyperband: successive halving in brackets that begin with ever fewer trials of ever larger budgets.
///
/// So it depends less on how well values at small budgets foretell those of the full one. Bracket s of s_max, …, 0 has
/// ⌈(s_max + 1) / (s + 1) · η^s⌉ trials and the budgets R η^-s, …, R η^-1, R in whole units, where R is the full budget,
/// η is `reduction`, and s_max the largest s whose first budget is no smaller than `min`. Trials fall into the brackets
/// by their numbers, the last bracket followed by the first one again, until there are no more.
///
/// *Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization*, Li, Jamieson, DeSalvo, Rostamizadeh and
/// Talwalkar, 2016.
package struct Hyperband: BracketScheduler {
  package static let kind = "hyperband"
  package let options: HalvingOptions

  /// Makes the scheduler.
  package init(_ options: HalvingOptions = HalvingOptions()) {
    self.options = options
  }

  /// Reads `reduction` and `min`.
  package init(options reader: OptionReader) {
    options = HalvingOptions(reader)
    reader.finish(hints: HalvingOptions.otherNames)
  }

  /// Refuses a full budget below the smallest one.
  package func check(fullBudget: Int, _ diagnostics: Diagnostics) {
    options.check(fullBudget: fullBudget, kind: Self.kind, diagnostics)
  }

  /// One shape for each number of rungs, that with the most first.
  package func shapes(fullBudget: Int) -> [BracketShape] {
    var last = 0
    while options.power(last + 1) <= fullBudget / options.smallestBudget { last += 1 }
    // Rounded to the nearest unit; of neighbours, which differ by `reduction`, no two become equal.
    let budgets = (0...last).map { exponent in
      let divisor = options.power(last - exponent)
      return (fullBudget + divisor / 2) / divisor
    }
    return (0...last).reversed().map { exponent in
      let trials = (last + 1) * options.power(exponent)
      return BracketShape(
        size: (trials + exponent) / (exponent + 1), budgets: budgets.suffix(exponent + 1))
    }
  }
}
