package import Options

/// Synchronous successive halving: of a bracket of trials the best 1/`reduction` go on to `reduction` times the budget,
/// when all are known.
///
/// *Non-stochastic Best Arm Identification and Hyperparameter Optimization*, Jamieson and Talwalkar, 2016.
package struct SuccessiveHalving: BracketScheduler {
  package static let kind = "successive_halving"
  package let options: HalvingOptions
  private let bracket: Int?
  private let bracketMark: SourceMark?

  /// Makes the scheduler.
  ///
  /// - Parameters:
  ///   - options: how fast brackets shrink.
  ///   - bracket: trials in a bracket; nil for as few as leave one for the full budget.
  package init(_ options: HalvingOptions = HalvingOptions(), bracket: Int? = nil) {
    self.options = options
    self.bracket = bracket
    bracketMark = nil
  }

  /// Reads `reduction`, `min` and `bracket`.
  package init(options reader: OptionReader) {
    options = HalvingOptions(reader)
    bracket = reader.optionalInteger("bracket", in: 1...)
    bracketMark = reader.value("bracket")?.mark
    reader.finish(hints: HalvingOptions.otherNames)
  }

  /// Refuses a full budget below the lowest rung, and brackets that leave no trial for the highest one.
  package func check(fullBudget: Int, _ diagnostics: Diagnostics) {
    options.check(fullBudget: fullBudget, kind: Self.kind, diagnostics)
    let budgets = options.budgets(upTo: fullBudget)
    let needed = options.power(budgets.count - 1)
    if let bracket, bracket < needed {
      diagnostics.report(
        "a bracket of \(bracket) trials leaves none for the full budget: \(needed) are needed for one, "
          + "of which 1/\(options.reduction) go on at each of the budgets "
          + budgets.dropLast().map(String.init).joined(separator: ", "),
        at: bracketMark,
        hint: "leave out `bracket`, or give `min` or `reduction` another value")
    }
  }

  /// One shape.
  package func shapes(fullBudget: Int) -> [BracketShape] {
    let budgets = options.budgets(upTo: fullBudget)
    return [BracketShape(size: bracket ?? options.power(budgets.count - 1), budgets: budgets)]
  }
}
