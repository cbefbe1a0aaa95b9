import HyperparameterSearch
import Options
import Testing

@testable import StudyReports

@Suite("The page of a study")
struct StudyPageTests {
  /// Studies of every kind, by name.
  static let studies: [String: StudySummary] = [
    "halving": MadeUpStudy.halving(),
    "not begun": MadeUpStudy.summary(of: []),
    "one trial": MadeUpStudy.evenly(1) { _ in [0.5] },
    "all failed": MadeUpStudy.evenly(12, .failed(nasty)) { _ in [] },
    "not finite": MadeUpStudy.evenly(12) { [.nan, $0.isMultiple(of: 2) ? .infinity : .nan] },
    "partly not finite": MadeUpStudy.evenly(12) { [0.5, $0.isMultiple(of: 2) ? .infinity : 0.25] },
    "equal values": MadeUpStudy.evenly(30) { _ in [0.5, 0.5] },
    "huge values": MadeUpStudy.evenly(30) { [1.5e308 * (Double($0) / 15 - 1)] },
    "tiny values": MadeUpStudy.evenly(30) { [.leastNonzeroMagnitude * Double($0 + 1)] },
    "under way": MadeUpStudy.evenly(5, .running(until: 9)) { _ in [0.25] },
    "long names": MadeUpStudy.longNames,
  ]

  /// A text that must be escaped everywhere.
  static let nasty =
    "<script>alert(\"x\")</script> & 'naïve' \u{1F525}\u{0}\u{1B}[0m ]]> --> \u{202E}"

  @Test("a page is well-formed, whatever the study", arguments: studies.keys.sorted())
  func wellFormed(_ name: String) throws {
    let study = try #require(Self.studies[name])
    let page = StudyPage(study).html
    let reader = try MarkupReader(page)
    for element in reader.elements {
      for (key, value) in element.attributes where Self.geometry.contains(key) {
        #expect(!value.contains("nan") && !value.contains("inf"), "\(element)")
      }
      if element.name == "use" {
        let symbol = element.attributes["href"].map { String($0.dropFirst()) } ?? ""
        #expect(Symbol(rawValue: symbol) != nil, "\(element)")
      }
      #expect(element.attributes["src"] == nil)
    }
    #expect(!page.contains("http"))
    #expect(!page.contains("@import") && !page.contains("url("))
  }

  private static let geometry: Set = ["d", "x", "y", "width", "height", "viewBox", "transform"]

  @Test("coordinates lie within their drawings", arguments: studies.keys.sorted())
  func within(_ name: String) throws {
    let study = try #require(Self.studies[name])
    var size = (width: 0.0, height: 0.0)
    for element in try MarkupReader(StudyPage(study).html).elements {
      if let box = element.attributes["viewBox"] {
        let numbers = box.split(separator: " ").compactMap { Double($0) }
        size = (numbers[2], numbers[3])
      } else if element.name == "use", let x = element.attributes["x"].flatMap(Double.init),
        let y = element.attributes["y"].flatMap(Double.init)
      {
        #expect(x >= 0 && x <= size.width && y >= 0 && y <= size.height, "\(element)")
      }
    }
  }

  @Test("each trial has a row with its number, state, value, budget and parameters")
  func rows() throws {
    let summary = MadeUpStudy.halving()
    let page = StudyPage(summary).html
    let rows = page.split(separator: "\n").filter {
      $0.hasPrefix("<tr><td class=\"n\">") || $0.hasPrefix("<tr class=\"top\"><td class=\"n\">")
    }
    try #require(rows.count == 60)
    for (row, trial) in zip(rows, summary.study.trials) {
      let isBest = trial.number == summary.study.best?.number
      #expect(row.contains("<td class=\"n\">\(trial.number)</td>"))
      #expect(row.contains("<td>\(trial.state.word)\(isBest ? ", best" : "")</td>"))
      #expect(row.contains("<td class=\"n\">\(trial.budget)</td>"))
      if let value = trial.value {
        #expect(row.contains("data-v=\"\(value)\"") || row.contains(">\(value)</td>"))
      }
      if let reason = trial.state.reason { #expect(row.contains(reason)) }
      #expect(row.contains(["adam", "sgd", "lion"].first { trial.hasOptimizer($0) } ?? "none"))
    }
    #expect(rows.count { $0.hasPrefix("<tr class=\"top\">") } == 1)
  }

  @Test(
    "the head names the best trial with all digits of its value, its configuration and the search")
  func head() throws {
    let summary = MadeUpStudy.halving()
    let best = try #require(summary.study.best)
    let reader = try MarkupReader(StudyPage(summary).html)
    let value = try #require(best.value)
    #expect(reader.texts.contains("\(value)"))
    #expect(reader.texts.contains(try #require(summary.bestConfiguration)))
    #expect(
      reader.texts.contains("Hyperparameter study, 60 trials: 2 completed, 55 pruned, 3 failed"))
    for text in [
      "digits-mlp-asha", "validation/accuracy, maximize", "27 epochs", "tpe: {startup_trials: 10}",
      "asha: {reduction: 3}", "2026-11-30 10:12 to 10:31", "optimizer is sgd",
      "0.0001 to 0.1, log", "16 to 512, whole numbers, log",
    ] {
      #expect(reader.texts.contains(text), "\(text)")
    }
  }

  @Test("texts that mean something in markup, or nothing at all, are shown as they are")
  func escapes() throws {
    let space = SearchSpace([
      Parameter("a<b>&\"c\"", .choice([Choice(OptionValue.text("</svg>")), Choice("x")]))
    ])
    let trials =
      (0..<12).map {
        MadeUpStudy.trial($0, .completed, values: [Double($0)], at: 0.1, in: space)
      } + [MadeUpStudy.trial(12, .failed(Self.nasty), values: [], in: space)]
    let page = StudyPage(MadeUpStudy.summary(of: trials, named: "<&>", in: space)).html
    let reader = try MarkupReader(page)
    #expect(reader.texts.contains("<&>"))
    #expect(reader.texts.contains { $0.contains("</svg>") })
    #expect(reader.texts.contains { $0.hasPrefix("<script>alert(\"x\")</script> & 'naïve' ") })
    #expect(!page.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect(!page.contains("<script>alert"))
  }

  @Test("the same study gives the same bytes")
  func sameBytes() {
    #expect(StudyPage(MadeUpStudy.halving()).html == StudyPage(MadeUpStudy.halving()).html)
  }

  @Test("a page of a thousand trials stays below two megabytes")
  func size() {
    #expect(StudyPage(MadeUpStudy.halving(trials: 1000)).html.utf8.count < 2_000_000)
  }

  @Test("importance says on what it rests, or why there is none")
  func importance() throws {
    func texts(_ name: String) throws -> String {
      let study = try #require(Self.studies[name])
      return try MarkupReader(StudyPage(study).html).texts.joined(separator: " ")
    }
    #expect(
      try texts("halving").contains("from 57 trials after 1 epoch, since too few trials came"))
    #expect(try texts("one trial").contains("below 10 it would not be meaningful"))
    #expect(try texts("equal values").contains("all values are the same"))
  }

  @Test("importance compares values after the largest budget that enough trials reached")
  func importanceBudget() {
    let importance = ParameterImportance(MadeUpStudy.halving(trials: 300).study)
    // Of 297 trials 99, 33 and 11 came to 3, 9 and 27 epochs.
    #expect(importance.budget == 9)
    #expect(importance.trialCount == 33)
  }

  @Test("rungs count who came how far, and what that took")
  func rungs() throws {
    let chart = try #require(RungChart(MadeUpStudy.halving()))
    #expect(
      chart.rungs == [
        .init(budget: 1, trialCount: 57, spent: 57), .init(budget: 3, trialCount: 19, spent: 38),
        .init(budget: 9, trialCount: 6, spent: 36), .init(budget: 27, trialCount: 2, spent: 36),
      ])
    #expect(chart.spent == 167)
    #expect(
      chart.text
        == "167 epochs spent in all, 10 % of the 1,620 that the full training of every trial takes."
    )
    #expect(RungChart(MadeUpStudy.evenly(5) { _ in [1, 2] }) == nil)
  }

  @Test("curves are drawn where trials have several values, and history tells states by shape")
  func shapes() throws {
    let reader = try MarkupReader(StudyPage(MadeUpStudy.halving()).html)
    let symbols = Set(reader.elements.compactMap { $0.attributes["href"] })
    #expect(symbols == ["#c", "#p", "#f", "#b"])
    #expect(reader.elements.contains { $0.attributes["class"] == "curve best-line" })
    #expect(CurvesChart(MadeUpStudy.evenly(5) { _ in [1] }) == nil)
  }

  @Test("a long text gives up its middle")
  func shortened() {
    #expect(HTMLText.shortened("abcdefghij", to: 10) == "abcdefghij")
    #expect(HTMLText.shortened("abcdefghijk", to: 10) == "abcd…ghijk")
  }
}

extension Trial {
  fileprivate func hasOptimizer(_ name: String) -> Bool {
    guard let value = assignment[0] else { return false }
    return MadeUpStudy.space.parameters[0].text(for: value) == name
  }
}
