internal import HyperparameterSearch

/// A line for each trial through its values on one axis a parameter, and the metric on the last axis.
struct ParallelCoordinates {
  private let summary: StudySummary
  private let values: Scale
  private let axes: [ParameterAxis]
  /// Whether any trial has no value of a parameter.
  private let hasGaps: [Bool]

  /// Where the first axis is: right of its labels.
  private let left: Double

  private static let (top, bottom, right) = (56.0, 300.0, 70.0)
  private static let gapPlace = 322.0
  /// The most characters of a tick's label.
  private static let labelLimit = 16
  private static let tickLimit = 6
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
    let longest = axes.first?.ticks(atMost: Self.tickLimit).map(\.label.count).max() ?? 0
    left = max(70, Double(min(longest, Self.labelLimit)) * Drawing.characterWidth + 12)
  }

  /// The width between two axes.
  private var gap: Double { max(112, min(220, 940 / Double(axes.count))) }

  /// The drawing.
  var drawing: Drawing {
    var drawing = Drawing(
      width: left + gap * Double(axes.count) + Self.right,
      height: hasGaps.contains(true) ? 340 : 316)
    let best = summary.study.best?.number
    // The worst first, so that better ones lie above them.
    let ranked = summary.study.trials.filter(\.hasFiniteValue).sorted {
      summary.study.isAhead($1, of: $0)
    }
    for (place, trial) in ranked.enumerated() where trial.number != best {
      let rank = ranked.count - 1 - place
      draw(trial, class: "line q\(rank * Self.classCount / ranked.count)", in: &drawing)
    }
    if let best = ranked.first(where: { $0.number == best }) {
      draw(best, class: "line best-line", in: &drawing)
    }
    for (index, parameter) in summary.study.space.parameters.enumerated() {
      drawAxis(
        index, title: parameter.name + axes[index].note,
        axes[index].ticks(atMost: Self.tickLimit), hasGap: hasGaps[index], in: &drawing)
    }
    drawAxis(
      axes.count, title: summary.metric + values.note, values.ticks(atMost: Self.tickLimit),
      hasGap: false, in: &drawing)
    return drawing
  }

  private func x(_ axis: Int) -> Double { left + gap * Double(axis) }

  private func y(_ place: Double) -> Double {
    Self.bottom - place * (Self.bottom - Self.top)
  }

  private func drawAxis(
    _ index: Int, title: String, _ ticks: [Tick], hasGap: Bool, in drawing: inout Drawing
  ) {
    let x = x(index)
    drawTitle(title, of: index, in: &drawing)
    drawing.line(
      from: Point(x: x, y: Self.top), to: Point(x: x, y: Self.bottom), class: "border")
    // Labels of the last axis stand behind it, where no lines are.
    let isLast = index == axes.count
    let side = isLast ? 1.0 : -1.0
    for tick in ticks {
      let y = y(tick.place)
      drawing.line(from: Point(x: x, y: y), to: Point(x: x + 4 * side, y: y), class: "border")
      drawing.text(
        tick.label, at: Point(x: x + 7 * side, y: y + 4), isLast ? .start : .end,
        class: "tick halo", limit: Self.labelLimit)
    }
    if hasGap {
      let y = Self.gapPlace
      drawing.text("none", at: Point(x: x - 7, y: y + 4), .end, class: "tick halo")
      drawing.line(from: Point(x: x - 4, y: y), to: Point(x: x + 4, y: y), class: "border")
    }
  }

  /// Neighbours' titles stand at different heights, so that each has the room of two axes.
  private func drawTitle(_ title: String, of index: Int, in drawing: inout Drawing) {
    let y = index.isMultiple(of: 2) ? 14.0 : 32.0
    let (x, room, anchor): (Double, Double, Anchor) =
      switch index {
      case 0: (2, left + gap, .start)
      case axes.count: (drawing.width - 2, Self.right + gap, .end)
      default: (self.x(index), 2 * gap, .middle)
      }
    drawing.text(
      title, at: Point(x: x, y: y), anchor, class: "name halo",
      limit: Int(room / Drawing.characterWidth) - 1)
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
