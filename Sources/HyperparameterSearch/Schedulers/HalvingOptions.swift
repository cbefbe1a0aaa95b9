internal import Options

/// The options that all schedulers of successive halving have.
package struct HalvingOptions: Sendable {
  /// Of how many trials one goes on, and how many times as much it is trained then.
  package let reduction: Int
  /// The smallest budget that trials are compared at.
  package let smallestBudget: Int
  private let smallestMark: SourceMark?

  /// What other libraries call these options.
  static let otherNames = [
    "eta": "write `reduction`", "reduction_factor": "write `reduction`",
    "min_resource": "write `min`", "grace_period": "write `min`",
    "max_resource": "leave it out: it is the length of the base's training",
    "max_t": "leave it out: it is the length of the base's training",
  ]

  /// Makes options in code.
  ///
  /// - Parameters:
  ///   - reduction: at least 2.
  ///   - smallestBudget: at least 1.
  package init(reduction: Int = 3, smallestBudget: Int = 1) {
    precondition(reduction >= 2 && smallestBudget >= 1, "\(reduction), \(smallestBudget)")
    self.reduction = reduction
    self.smallestBudget = smallestBudget
    smallestMark = nil
  }

  /// Reads `reduction` and `min`.
  init(_ reader: OptionReader) {
    reduction = reader.integer("reduction", default: 3, in: 2...1000)
    smallestBudget = reader.integer("min", default: 1, in: 1...)
    smallestMark = reader.value("min")?.mark
  }

  /// Refuses a smallest budget that a whole training does not have.
  func check(fullBudget: Int, kind: String, _ diagnostics: Diagnostics) {
    if smallestBudget > fullBudget {
      diagnostics.report(
        "\(kind) compares trials from a budget of \(smallestBudget) on, but the base trains for "
          + "\(fullBudget)",
        at: smallestMark,
        hint: "give `min` a value from 1 to \(fullBudget), or the base a longer training")
    }
  }

  /// The smallest budget, each time `reduction` times as much, and at last the full budget itself.
  func budgets(upTo fullBudget: Int) -> [Int] {
    var budgets = [min(smallestBudget, fullBudget)]
    while let last = budgets.last, last < fullBudget {
      budgets.append(last > fullBudget / reduction ? fullBudget : last * reduction)
    }
    return budgets
  }

  /// `reduction` to a power.
  func power(_ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { power, _ in power * reduction }
  }
}
