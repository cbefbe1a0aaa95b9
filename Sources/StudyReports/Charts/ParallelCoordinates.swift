internal import HyperparameterSearch

/// A line for each trial through its values on one axis a parameter, and the metric on the last axis.
struct ParallelCoordinates {
  private let summary: StudySummary
  private let values: Scale
  private let axes: [ParameterAxis]
  /// Whether any trial has no value of a parameter.
  private let hasGaps: [Bool]

  private static let (left, top, bottom) = (70.0, 56.0, 300.0)
  private static let gapPlace = 322.0
  /// How many classes of lines there are, from the best trials to the worst.
  static let classCount = 5

  /// Draws nothing yet.
  init(_ summary: StudySummary) {
    self.summary = summary
    values = summary.valueScale
    axes = summary.study.space.parameters.map { ParameterAxis($0.domain) }
    hasGaps = axes.indices.map { index in
      summary.study.trials.contains { $0.assignment[index] == nil }
    }
  }

  /// The width between two axes.
  private var gap: Double { max(130, min(220, 820 / Double(axes.count))) }

  /// The drawing.
  var drawing: Drawing {
    var drawing = Drawing(
      width: Self.left + gap * Double(axes.count) + 70, height: hasGaps.contains(true) ? 340 : 316)
    let best = summary.study.best?.number
    // The worst first, so that better ones lie above them.
    let ranked = summary.study.trials.filter(\.hasFiniteValue).sorted {
      summary.study.isAhead($1, of: $0)
    }
    for (place, trial) in ranked.enumerated() where trial.number != best {
      let rank = ranked.count - 1 - place
      draw(trial, class: "line q\(rank * Self.classCount / ranked.count)", in: &drawing)
    }
    if let best { draw(summary.study.trials[best], class: "line best-line", in: &drawing) }
    for (index, parameter) in summary.study.space.parameters.enumerated() {
      drawAxis(
        index, title: parameter.name, isLog: axes[index].isLog,
        axes[index].ticks(atMost: 6), hasGap: hasGaps[index], in: &drawing)
    }
    drawAxis(
      axes.count, title: summary.metric, isLog: values.isLog, values.ticks(atMost: 6),
      hasGap: false, in: &drawing)
    return drawing
  }

  private func x(_ axis: Int) -> Double { Self.left + gap * Double(axis) }

  private func y(_ place: Double) -> Double {
    Self.bottom - place * (Self.bottom - Self.top)
  }

  private func drawAxis(
    _ index: Int, title: String, isLog: Bool, _ ticks: [Tick], hasGap: Bool,
    in drawing: inout Drawing
  ) {
    let x = x(index)
    // Neighbours' titles stand at different heights, so that long ones do not meet.
    let height = index.isMultiple(of: 2) ? 14.0 : 32.0
    drawing.text(
      title + (isLog ? " (log)" : ""), at: Point(x: x, y: height), .middle, class: "name halo",
      limit: Int(gap / 4.2))
    drawing.line(
      from: Point(x: x, y: Self.top), to: Point(x: x, y: Self.bottom), class: "border")
    for tick in ticks {
      let y = y(tick.place)
      drawing.line(from: Point(x: x - 4, y: y), to: Point(x: x, y: y), class: "border")
      drawing.text(
        tick.label, at: Point(x: x - 7, y: y + 4), .end, class: "tick halo", limit: 16)
    }
    if hasGap {
      drawing.text(
        "none", at: Point(x: x - 7, y: Self.gapPlace + 4), .end, class: "tick halo")
      drawing.line(
        from: Point(x: x - 4, y: Self.gapPlace), to: Point(x: x + 4, y: Self.gapPlace),
        class: "border")
    }
  }

  private func draw(_ trial: Trial, class name: String, in drawing: inout Drawing) {
    guard let value = trial.value else { return }
    var points = trial.assignment.enumerated().map { index, value in
      Point(x: x(index), y: value.map { y(axes[index].place(of: $0)) } ?? Self.gapPlace)
    }
    points.append(Point(x: x(axes.count), y: y(values.place(of: value))))
    drawing.path([points], class: name, title: summary.title(of: trial))
  }
}
