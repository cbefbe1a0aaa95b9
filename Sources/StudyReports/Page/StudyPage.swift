internal import HyperparameterSearch
internal import RunRecords

/// The page of a study: one HTML file that needs nothing else, with every chart as inline SVG.
///
/// It is a function of the summary alone, to the byte.
package struct StudyPage {
  private let summary: StudySummary
  private let importance: ParameterImportance

  /// With more trials lines and symbols let others shine through.
  private static let many = 200

  /// Prepares the page.
  package init(_ summary: StudySummary) {
    self.summary = summary
    importance = ParameterImportance(summary.study)
  }

  /// The page.
  package var html: String {
    let name = HTMLText.escaped(summary.name)
    let sections = [head, halves, parallelCoordinates, slices, table]
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>\(name)</title>
      <style>
      \(PageStyle.text)
      </style>
      </head>
      <body>
      \(Symbol.definitions)
      <main\(summary.study.trials.count > Self.many ? " class=\"many\"" : "")>
      \(sections.joined(separator: "\n"))
      </main>
      <script>
      \(PageScript.text)
      </script>
      </body>
      </html>

      """
  }

  // MARK: The head

  private var head: String {
    let study = summary.study
    let facts = [
      ("when", summary.period),
      ("metric", "\(summary.metric), \(study.direction.rawValue)"),
      ("full training", summary.unit.text(study.fullBudget)),
      ("sampler", summary.sampler), ("scheduler", summary.scheduler),
      ("seed", "\(study.seed)"), ("concurrency", "\(summary.concurrency)"),
    ].filter { !$0.1.isEmpty }
    let list = facts.map { name, text in
      "<dt>\(name)</dt><dd>\(HTMLText.escaped(text))</dd>"
    }
    return """
      <h1>\(HTMLText.escaped(summary.name))</h1>
      <p class="quiet">Hyperparameter study, \(counts)</p>
      <div class="pair">
      <section><h2>Best trial</h2>\(best)</section>
      <section><h2>How it was searched</h2><dl class="facts">\(list.joined())</dl></section>
      </div>
      <section><h2>What was searched</h2><div class="scroll">\
      \(SpaceTable.html(study.space, best: study.best?.assignment))</div></section>
      """
  }

  private var best: String {
    guard let best = summary.study.best, let value = best.value else {
      return "<p>No trial has completed.</p>"
    }
    let seconds = summary.seconds[best.number].map { seconds in
      let time =
        seconds < 60 ? NumberText.span(seconds: seconds) : NumberText.duration(seconds: seconds)
      return ", \(time) of training"
    }
    var html = """
      <p class="quiet">\(HTMLText.escaped(summary.metric))</p>
      <p class="value">\(value)</p>
      <p class="quiet">trial \(best.number), \(summary.unit.text(best.budget))\(seconds ?? "")</p>
      """
    if let configuration = summary.bestConfiguration {
      html += """

        <p class="quiet">Its configuration, for <code>lockstep train</code>; a click selects all of it.</p>
        <pre tabindex="0">\(HTMLText.escaped(configuration))</pre>
        """
    }
    return html
  }

  /// How many trials there are of each state.
  private var counts: String {
    let trials = summary.study.trials
    let words = ["completed", "pruned", "failed", "running", "waiting"]
    let parts = words.compactMap { word -> String? in
      let count = trials.count { $0.state.word == word }
      return count == 0 ? nil : "\(count) \(word)"
    }
    let all =
      trials.count < summary.study.trialLimit
      ? "\(trials.count) of \(summary.study.trialLimit) trials"
      : "\(trials.count) trial\(trials.count == 1 ? "" : "s")"
    return parts.isEmpty ? all : all + ": " + parts.joined(separator: ", ")
  }

  // MARK: Charts

  /// The charts of half the page's width, two in a row.
  private var halves: String {
    var figures = [
      figure(
        "Optimization history", HistoryChart(summary).drawing,
        caption: "Each trial's last value; the line is the best completed trial so far.",
        legend: legend(of: summary.study.trials))
    ]
    if let curves = CurvesChart(summary) {
      let best = summary.study.best?.number
      let others = summary.study.trials.filter { $0.number != best }
      let keys = [
        ("--done", "completed", others.contains { $0.state == .completed }),
        ("--cut", "stopped early", others.contains { $0.state != .completed }),
        ("--best", "best", best != nil),
      ]
      figures.append(
        figure(
          "Learning curves", curves.drawing, caption: "Values while the trials trained.",
          legend: keys.filter(\.2).map { Self.lineKey($0.0, $0.1) }.joined()))
    }
    figures.append(importanceFigure)
    if let rungs = RungChart(summary) {
      figures.append(figure("Budget", rungs.drawing, caption: rungs.text))
    }
    return "<div class=\"pair\">\(figures.joined(separator: "\n"))</div>"
  }

  private var importanceFigure: String {
    let title = "Importance of parameters"
    let trials = "\(importance.trialCount) trial\(importance.trialCount == 1 ? "" : "s")"
    guard importance.trialCount >= ParameterImportance.fewestTrials else {
      return """
        <section><h2>\(title)</h2><p>Not computed: \(trials) with a value after the same budget, and below \
        \(ParameterImportance.fewestTrials) it would not be meaningful.</p></section>
        """
    }
    guard let effects = importance.mainEffects, let rest = importance.interactions else {
      return
        "<section><h2>\(title)</h2><p>Nothing to explain: all values are the same.</p></section>"
    }
    let isPartial = importance.budget < summary.study.fullBudget
    let caption = """
      The share of the values' variance that each parameter explains by itself: main effects by fANOVA over a forest \
      of \(Forest.treeCount) regression trees, from \(trials) after \(summary.unit.text(importance.budget))\
      \(isPartial ? ", since too few trials came further" : ""). The rest is interactions.
      """
    return figure(
      title,
      ImportanceChart(
        summary.study.space.parameters.map(\.name), mainEffects: effects, interactions: rest
      ).drawing, caption: caption)
  }

  private var parallelCoordinates: String {
    guard summary.study.trials.contains(where: \.hasFiniteValue) else { return "" }
    let chart = ParallelCoordinates(summary).drawing
    let classes = (0..<ParallelCoordinates.classCount).map { index in
      let name = [0: "best fifth", ParallelCoordinates.classCount - 1: "worst fifth"][index] ?? ""
      return Self.lineKey("--q\(index)", name)
    }
    return """
      <section class="wide"><h2>Parallel coordinates</h2>
      <p class="quiet">A line for each trial that has a value; a parameter without a value passes through none.</p>
      <div class="legend">\(classes.joined())\(Self.lineKey("--best", "best trial"))</div>
      <div class="scroll">\(chart.svg(label: "Parallel coordinates", isFixed: true))</div>
      </section>
      """
  }

  private var slices: String {
    guard summary.study.trials.contains(where: \.hasFiniteValue) else { return "" }
    let charts = summary.study.space.parameters.indices.map { index in
      let name = summary.study.space.parameters[index].name
      return
        "<figure>\(SliceChart(summary, parameter: index).drawing.svg(label: "Slice of \(name)"))</figure>"
    }
    let trials = summary.study.trials.filter(\.hasFiniteValue)
    return """
      <section><h2>Slices</h2>
      <p class="quiet">Each trial's last value, however far it came, over each parameter.</p>
      <div class="legend">\(legend(of: trials))</div>
      <div class="slices">\(charts.joined(separator: "\n"))</div></section>
      """
  }

  private var table: String {
    """
    <section><h2>Trials</h2>
    <div class="scroll">\(TrialTable(summary).html)</div></section>
    """
  }

  private func figure(
    _ title: String, _ drawing: Drawing, caption: String, legend: String = ""
  ) -> String {
    """
    <section><h2>\(title)</h2><figure><figcaption>\(HTMLText.escaped(caption))</figcaption>
    \(legend.isEmpty ? "" : "<div class=\"legend\">\(legend)</div>")\(drawing.svg(label: title))</figure></section>
    """
  }

  /// The symbols that some trials are drawn by.
  private func legend(of trials: [Trial]) -> String {
    let best = summary.study.best?.number
    let states = Set(trials.filter { $0.number != best }.map { Symbol($0.state) })
    var symbols = Symbol.allCases.filter(states.contains)
    if best != nil { symbols.append(.best) }
    return symbols.map(\.key).joined()
  }

  private static func lineKey(_ colour: String, _ name: String) -> String {
    "<span class=\"key\"><i style=\"background:var(\(colour))\"></i>\(name)</span>"
  }
}
