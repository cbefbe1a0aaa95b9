internal import HyperparameterSearch

/// The values of each trial while it trained; the best trial's on top.
struct CurvesChart {
  private let summary: StudySummary
  private let values: Scale
  private let budgets: Scale
  /// How many values of a trial are drawn at most.
  private let pointLimit: Int

  /// The most points of all lines together, so that pages stay small.
  private static let pointBudget = 20_000

  /// Draws nothing yet; nil where no trial has two values to draw a line through.
  init?(_ summary: StudySummary) {
    let reports = summary.study.trials.map(\.finiteReports)
    guard reports.contains(where: { $0.count > 1 }) else { return nil }
    self.summary = summary
    values = Scale(holding: reports.joined().map(\.value))
    budgets = Scale(
      Double(reports.joined().map(\.budget).min() ?? 0), Double(summary.study.fullBudget),
      isWhole: true)
    pointLimit = max(Self.pointBudget / reports.count, 2)
  }

  /// The drawing.
  var drawing: Drawing {
    var drawing = Drawing(width: 480, height: 300)
    let ticks = values.ticks(atMost: 6)
    let plot = Plot(left: Plot.margin(of: ticks), right: 466, top: 28, bottom: 256)
    plot.drawVerticalAxis(ticks, title: summary.metric + values.note, in: &drawing)
    plot.drawHorizontalAxis(
      budgets.ticks(atMost: 8), title: summary.unit.rawValue, in: &drawing)
    let best = summary.study.best
    for trial in summary.study.trials where trial.number != best?.number {
      draw(trial, class: trial.state == .completed ? "curve" : "curve cut", plot, in: &drawing)
    }
    if let best { draw(best, class: "curve best-line", plot, in: &drawing) }
    return drawing
  }

  /// A trial of one value is a dot.
  private func draw(
    _ trial: Trial, class name: String, _ plot: Plot, in drawing: inout Drawing
  ) {
    let reports = trial.finiteReports
    guard let last = reports.last else { return }
    let step = (reports.count + pointLimit - 1) / pointLimit
    let kept = stride(from: 0, to: reports.count - 1, by: max(step, 1)).map { reports[$0] } + [last]
    var points = kept.map { report in
      plot.point(budgets.place(of: Double(report.budget)), values.place(of: report.value))
    }
    let isDot = points.count == 1
    if isDot { points.append(points[0]) }
    drawing.path(
      [points], class: isDot ? "\(name) dot" : name, title: summary.title(of: trial))
  }
}

extension Trial {
  /// The reports that can be drawn.
  fileprivate var finiteReports: [Report] { reports.filter(\.value.isFinite) }
}
