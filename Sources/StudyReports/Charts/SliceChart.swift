internal import HyperparameterSearch

/// The value of each trial over one parameter.
struct SliceChart {
  private let summary: StudySummary
  private let index: Int
  private let axis: ParameterAxis
  private let values: Scale

  /// Draws nothing yet.
  init(_ summary: StudySummary, parameter index: Int) {
    self.summary = summary
    self.index = index
    axis = ParameterAxis(summary.study.space.parameters[index].domain)
    values = summary.valueScale
  }

  /// The drawing.
  var drawing: Drawing {
    var drawing = Drawing(width: 340, height: 232)
    let trials = summary.study.trials.filter(\.hasFiniteValue)
    let hasGap = trials.contains { $0.assignment[index] == nil }
    let whole = Plot(left: 52, right: 328, top: 28, bottom: 186)
    let plot = Plot(
      left: hasGap ? 98 : 60, right: 320, top: whole.top, bottom: whole.bottom)
    whole.drawVerticalAxis(
      values.ticks(atMost: 5), title: summary.metric + values.note, in: &drawing)
    var ticks = axis.ticks(atMost: 5)
    let limit = Int(44 / Double(max(ticks.count, 3)))
    if case .choices = axis, ticks.count > 6 { ticks = [] }
    let shifted = ticks.map { tick in
      Tick(
        place: (plot.point(tick.place, 0).x - whole.left) / (whole.right - whole.left),
        label: tick.label)
    }
    let gap = 72.0
    let none = Tick(place: (gap - whole.left) / (whole.right - whole.left), label: "none")
    whole.drawHorizontalAxis(
      (hasGap ? [none] : []) + shifted,
      title: summary.study.space.parameters[index].name + (axis.isLog ? " (log)" : ""),
      in: &drawing, limit: max(limit, 5))
    let best = summary.study.best?.number
    for trial in trials.filter({ $0.number != best }) + trials.filter({ $0.number == best }) {
      guard let value = trial.value else { continue }
      let y = plot.point(0, values.place(of: value)).y
      let x = trial.assignment[index].map { plot.point(axis.place(of: $0), 0).x } ?? gap
      drawing.symbol(
        trial.number == best ? .best : Symbol(trial.state), at: Point(x: x, y: y),
        title: title(of: trial))
    }
    return drawing
  }

  /// Short, since there are as many as trials times parameters.
  private func title(of trial: Trial) -> String {
    let parameter = summary.study.space.parameters[index]
    let value = trial.assignment[index].map(parameter.text) ?? "none"
    return "trial \(trial.number): \(value)"
  }
}
