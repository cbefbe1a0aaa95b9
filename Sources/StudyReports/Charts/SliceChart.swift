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

  /// The drawing; trials without the parameter stand in a column of their own.
  var drawing: Drawing {
    var drawing = Drawing(width: 340, height: 232)
    let trials = summary.study.trials.filter(\.hasFiniteValue)
    let hasGap = trials.contains { $0.assignment[index] == nil }
    let valueTicks = values.ticks(atMost: 5)
    let frame = Plot(
      left: Plot.margin(of: valueTicks), right: 328, top: 28, bottom: isSlanted ? 140 : 186)
    // Room at both ends, so that no symbol lies on the border.
    let plot = Plot(
      left: frame.left + (hasGap ? Self.gapPlace + 42 : 8), right: 320, top: frame.top,
      bottom: frame.bottom)
    frame.drawVerticalAxis(valueTicks, title: summary.metric + values.note, in: &drawing)
    frame.drawHorizontalAxis(
      ticks(plot, in: frame, hasGap: hasGap),
      title: summary.study.space.parameters[index].name + axis.note, in: &drawing,
      isSlanted: isSlanted)
    let best = summary.study.best?.number
    for trial in trials.filter({ $0.number != best }) + trials.filter({ $0.number == best }) {
      guard let value = trial.value else { continue }
      let y = plot.point(0, values.place(of: value)).y
      let place = trial.assignment[index].map { plot.point(axis.place(of: $0), 0).x }
      let x = place ?? frame.left + Self.gapPlace
      drawing.symbol(
        trial.number == best ? .best : Symbol(trial.state), at: Point(x: x, y: y),
        title: title(of: trial))
    }
    return drawing
  }

  /// Where the column is of trials without the parameter, from the left border.
  private static let gapPlace = 20.0
  /// The most choices that have a label.
  private static let labelLimit = 14

  /// Whether the labels of choices are too long to stand side by side.
  private var isSlanted: Bool {
    guard case .choices(let texts) = axis else { return false }
    let longest = texts.map(\.count).max() ?? 0
    return Double(longest + 1) * Drawing.characterWidth > 260 / Double(texts.count)
  }

  /// The ticks of the parameter as places in the frame.
  private func ticks(_ plot: Plot, in frame: Plot, hasGap: Bool) -> [Tick] {
    let own = axis.ticks(atMost: 5)
    let step = (own.count + Self.labelLimit - 1) / Self.labelLimit
    let shown = stride(from: 0, to: own.count, by: max(step, 1)).map { own[$0] }
    let width = frame.right - frame.left
    let none = Tick(place: Self.gapPlace / width, label: "none")
    return (hasGap ? [none] : [])
      + shown.map { tick in
        Tick(place: (plot.point(tick.place, 0).x - frame.left) / width, label: tick.label)
      }
  }

  /// Short, since there are as many as trials times parameters.
  private func title(of trial: Trial) -> String {
    let parameter = summary.study.space.parameters[index]
    let value = trial.assignment[index].map(parameter.text) ?? "none"
    return "trial \(trial.number): \(value)"
  }
}
