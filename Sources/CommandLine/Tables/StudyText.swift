internal import HyperparameterSearch
internal import RunRecords
internal import StudyRecords

/// A study as `lockstep sweep status` and `lockstep sweep best` show it.
struct StudyText {
  private let study: StudySnapshot
  private let folder: StudyFolder

  /// Takes what is recorded of a study.
  init(_ study: StudySnapshot, folder: StudyFolder) {
    self.study = study
    self.folder = folder
  }

  private var description: StudyDescription { study.description }

  /// How the study stands, and a table of trials.
  ///
  /// - Parameter limit: Shows so many of the best; nil for all by number.
  /// - Returns: The text, without a line end at its end.
  func status(limit: Int?) -> String {
    let shown = limit.map { Array(ranked.prefix($0)) } ?? study.trials
    var parts = [head]
    if !shown.isEmpty { parts.append(table(shown)) }
    if shown.count < study.trials.count {
      parts.append("the best \(shown.count) of \(study.trials.count) trials; --all shows all")
    }
    return parts.joined(separator: "\n\n")
  }

  private var head: String {
    var lines = [
      "\(description.name)  \(folder.path)",
      "\(description.direction.rawValue) \(description.metric), \(description.fullBudget) "
        + "\(description.unit) a whole training",
      study.writer.map { "written by \($0)" } ?? "not running now",
      counts,
    ]
    if let best = study.best, let value = best.value {
      lines.append(
        "best: trial \(best.number)  \(NumberText.score(value))  "
          + best.values.map { "\($0.name) \(Self.text($0))" }.joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }

  private var counts: String {
    let words = study.trials.map { $0.state.word }
    let counts = ["completed", "pruned", "running", "waiting", "failed"].compactMap { word in
      let count = words.filter { $0 == word }.count
      return count == 0 ? nil : "\(count) \(word)"
    }
    let noun = words.count == 1 ? "trial" : "trials"
    return "\(words.count) \(noun)" + (counts.isEmpty ? "" : ": " + counts.joined(separator: ", "))
  }

  /// The trials, the best first: completed ones, then others by how far they came.
  private var ranked: [TrialRecord] {
    func key(_ trial: TrialRecord) -> (Int, Int, Double, Int) {
      let isCompleted = trial.state == .completed
      let cost = trial.value.map(description.direction.cost) ?? .infinity
      return (
        isCompleted ? 0 : 1, isCompleted ? 0 : -trial.budget, cost.isNaN ? .infinity : cost,
        trial.number
      )
    }
    return study.trials.sorted { key($0) < key($1) }
  }

  private func table(_ trials: [TrialRecord]) -> String {
    let parameters = study.space.parameters.map(\.name)
    var table = TextTable(
      [
        ("trial", .right), ("state", .left), (description.unit, .right),
        (description.metric, .right), ("seconds", .right),
      ] + parameters.map { ($0, .right) })
    for trial in trials {
      table.add(
        [
          "\(trial.number)", trial.state.word, "\(trial.budget)/\(description.fullBudget)",
          trial.value.map { NumberText.score($0) } ?? "-",
          NumberText.fixed(trial.seconds, decimals: 1),
        ] + parameters.map { trial[$0].map(Self.text) ?? "-" })
    }
    let reasons = trials.compactMap { trial in
      trial.reason.map { "trial \(trial.number) failed: \($0.split(separator: "\n").first ?? "")" }
    }
    return ([table.text] + (reasons.isEmpty ? [] : [""]) + reasons).joined(separator: "\n")
  }

  /// A value in a table, where a few digits tell it from others.
  private static func text(_ value: TrialRecord.Value) -> String {
    if case .float(let number) = value.value { return NumberText.short(number) }
    return value.text
  }

  /// The best trial with all digits; nil where none is completed.
  ///
  /// - Parameter hasConfiguration: Whether its configuration lies in the folder.
  /// - Returns: The text, without a line end at its end.
  func best(hasConfiguration: Bool) -> String? {
    guard let best = study.best, let value = best.value else { return nil }
    var lines = [
      ("trial", "\(best.number)"), (description.metric, "\(value)"),
      (description.unit, "\(best.budget)"),
    ]
    lines += best.values.map { ($0.name, $0.text) }
    if hasConfiguration { lines.append(("configuration", folder.bestPath)) }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, text in
      name + String(repeating: " ", count: width - name.count + 2) + text
    }.joined(separator: "\n")
  }
}
