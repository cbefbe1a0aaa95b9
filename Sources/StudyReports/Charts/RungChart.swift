internal import HyperparameterSearch
internal import RunRecords
internal import Tensors

/// How many trials came how far, and so where the budget went.
struct RungChart {
  /// A budget at which trials ended.
  struct Rung: Equatable {
    /// The budget.
    let budget: Int
    /// How many trials came so far.
    let trialCount: Int
    /// The budget that those spent since the rung before.
    let spent: Int
  }

  /// The rungs, by growing budget.
  let rungs: [Rung]
  /// The budget spent by all trials.
  let spent: Int
  /// The budget of training all of them to the end.
  let full: Int
  private let unit: BudgetUnit

  /// The most rungs that are shown.
  private static let rungLimit = 12

  /// Counts; nil where no trial ended before another.
  init?(_ summary: StudySummary) {
    let budgets = summary.study.trials.map(\.budget).filter { $0 > 0 }
    let ends = Set(budgets).sorted()
    guard ends.count > 1 else { return nil }
    let step = (ends.count + Self.rungLimit - 1) / Self.rungLimit
    // Counted from the last one, which is always shown.
    let shown = ends.indices.filter { (ends.count - 1 - $0).isMultiple(of: step) }.map { ends[$0] }
    rungs = zip([0] + shown, shown).map { before, end in
      Rung(
        budget: end, trialCount: budgets.count { $0 >= end },
        spent: budgets.reduce(0) { $0 + min(max($1 - before, 0), end - before) })
    }
    spent = budgets.reduce(0, +)
    full = summary.study.trials.count * summary.study.fullBudget
    unit = summary.unit
  }

  /// The drawing.
  var drawing: Drawing {
    let rowHeight = 28.0
    var drawing = Drawing(width: 480, height: 30 + rowHeight * Double(rungs.count))
    let most = Double(rungs.map(\.trialCount).max() ?? 1)
    drawing.text("\(unit.rawValue)", at: Point(x: 58, y: 16), .end, class: "axis")
    drawing.text("trials that came so far", at: Point(x: 68, y: 16), class: "axis")
    drawing.text("\(unit.rawValue) spent", at: Point(x: 466, y: 16), .end, class: "axis")
    for (row, rung) in rungs.enumerated() {
      let top = 26 + rowHeight * Double(row)
      let width = 300 * Double(rung.trialCount) / most
      let title = "\(rung.trialCount) trials came to \(unit.text(rung.budget))"
      drawing.text("\(rung.budget)", at: Point(x: 58, y: top + 15), .end, class: "tick")
      drawing.rectangle(
        at: Point(x: 68, y: top + 2), width: max(width, 1), height: 18, class: "bar", title: title)
      drawing.text("\(rung.trialCount)", at: Point(x: 74 + width, y: top + 15), class: "tick")
      drawing.text("\(rung.spent)", at: Point(x: 466, y: top + 15), .end, class: "tick")
    }
    return drawing
  }

  /// What was spent against the full training of all trials, in words.
  var text: String {
    "\(spent.grouped) \(unit.rawValue) spent in all, \(NumberText.percent(Double(spent) / Double(full))) of the "
      + "\(full.grouped) that the full training of every trial takes."
  }
}
