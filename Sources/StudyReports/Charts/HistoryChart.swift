internal import HyperparameterSearch
internal import RunRecords

/// The value of each trial over its number, and the best value of a completed trial so far.
struct HistoryChart {
  private let summary: StudySummary
  private let scale: Scale
  private let numbers: Scale

  /// Draws nothing yet.
  init(_ summary: StudySummary) {
    self.summary = summary
    scale = summary.valueScale
    // A little room at both ends, below a whole step.
    numbers = Scale(-0.8, Double(summary.study.trials.last?.number ?? 0) + 0.8, isWhole: true)
  }

  /// The drawing.
  var drawing: Drawing {
    var drawing = Drawing(width: 480, height: 300)
    let trials = summary.study.trials
    let lacking = trials.filter { !$0.hasFiniteValue }
    let ticks = scale.ticks(atMost: 6)
    let plot = Plot(
      left: max(58, Plot.margin(of: ticks)), right: 466, top: 28,
      bottom: lacking.isEmpty ? 256 : 234)
    if lacking.count < trials.count {
      plot.drawVerticalAxis(ticks, title: summary.metric + scale.note, in: &drawing)
    }
    let frame = Plot(left: plot.left, right: plot.right, top: plot.top, bottom: 256)
    frame.drawHorizontalAxis(numbers.ticks(atMost: 8), title: "trial", in: &drawing)
    if !lacking.isEmpty {
      drawing.text(
        "no value", at: Point(x: plot.left - 6, y: 249), .end, class: "tick")
    }
    for trial in lacking {
      let x = plot.point(numbers.place(of: Double(trial.number)), 0).x
      drawing.symbol(Symbol(trial.state), at: Point(x: x, y: 245), title: summary.title(of: trial))
    }
    drawing.path([bestSoFar(plot)].filter { $0.count > 1 }, class: "best-line")
    let best = summary.study.best
    for trial in trials where trial.hasFiniteValue && trial.number != best?.number {
      draw(trial, Symbol(trial.state), plot, in: &drawing)
    }
    if let best { draw(best, .best, plot, in: &drawing) }
    return drawing
  }

  private func draw(_ trial: Trial, _ symbol: Symbol, _ plot: Plot, in drawing: inout Drawing) {
    guard let value = trial.value, value.isFinite else { return }
    let place = plot.point(numbers.place(of: Double(trial.number)), scale.place(of: value))
    drawing.symbol(symbol, at: place, title: summary.title(of: trial))
  }

  /// A step at each completed trial that is better than all before it.
  private func bestSoFar(_ plot: Plot) -> [Point] {
    var points: [Point] = []
    var best: Double?
    for trial in summary.study.trials where trial.state == .completed {
      guard let value = trial.value, value.isFinite,
        best.map({ summary.study.direction.isBetter(value, than: $0) }) ?? true
      else { continue }
      best = value
      let place = plot.point(numbers.place(of: Double(trial.number)), scale.place(of: value))
      if let last = points.last { points.append(Point(x: place.x, y: last.y)) }
      points.append(place)
    }
    if let last = points.last { points.append(Point(x: plot.right, y: last.y)) }
    return points
  }
}

extension Trial {
  /// Whether there is a value that can be drawn.
  var hasFiniteValue: Bool { value?.isFinite == true }
}

extension StudySummary {
  /// The scale of the last values of all trials.
  var valueScale: Scale {
    Scale(holding: study.trials.compactMap(\.value).filter(\.isFinite))
  }

  /// What the pointer over a trial shows.
  func title(of trial: Trial) -> String {
    var title = "trial \(trial.number), \(trial.state.word)"
    if let value = trial.value {
      title += ": \(NumberText.score(value)) after \(unit.text(trial.budget))"
    }
    if case .failed(let reason) = trial.state { title += ": \(reason)" }
    return title
  }
}
