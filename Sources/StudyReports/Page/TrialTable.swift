internal import HyperparameterSearch
internal import RunRecords

/// The table of all trials.
struct TrialTable {
  private let summary: StudySummary

  /// Writes nothing yet.
  init(_ summary: StudySummary) {
    self.summary = summary
  }

  /// The element `table`.
  var html: String {
    let parameters = summary.study.space.parameters
    var heads = [
      ("trial", true), ("state", false), (summary.metric, true), (summary.unit.rawValue, true),
      ("seconds", true),
    ]
    heads += parameters.map { ($0.name, $0.domain.isNumeric) }
    let hasFailures = summary.study.trials.contains { $0.state.reason != nil }
    if hasFailures { heads.append(("reason", false)) }
    let head = heads.map { name, isNumber in
      "<th scope=\"col\"\(isNumber ? " class=\"n\"" : "")>\(HTMLText.breakable(name))</th>"
    }
    let best = summary.study.best?.number
    let rows = summary.study.trials.map { trial in
      row(trial, isBest: trial.number == best, hasFailures: hasFailures)
    }
    return "<table class=\"trials\"><thead><tr>\(head.joined())</tr></thead>\n<tbody>\n"
      + rows.joined(separator: "\n") + "\n</tbody></table>"
  }

  private func row(_ trial: Trial, isBest: Bool, hasFailures: Bool) -> String {
    var cells = [
      Self.cell("\(trial.number)", isNumber: true),
      Self.cell(isBest ? "\(trial.state.word), best" : trial.state.word),
      trial.value.map { Self.cell(number: $0, NumberText.score($0)) } ?? Self.cell(""),
      Self.cell("\(trial.budget)", isNumber: true),
      seconds(of: trial),
    ]
    for (parameter, value) in zip(summary.study.space.parameters, trial.assignment) {
      switch value {
      case .float(let number):
        cells.append(Self.cell(number: number, NumberText.short(number)))
      case .some(let value):
        cells.append(
          Self.cell(parameter.text(for: value), isNumber: parameter.domain.isNumeric))
      case nil: cells.append(Self.cell(""))
      }
    }
    if hasFailures {
      cells.append("<td class=\"w\">\(HTMLText.escaped(trial.state.reason ?? ""))</td>")
    }
    return "<tr\(isBest ? " class=\"top\"" : "")>\(cells.joined())</tr>"
  }

  private static func cell(_ text: String, isNumber: Bool = false) -> String {
    "<td\(isNumber ? " class=\"n\"" : "")>\(HTMLText.escaped(text))</td>"
  }

  private func seconds(of trial: Trial) -> String {
    summary.seconds[trial.number].map { seconds in
      Self.cell(NumberText.fixed(seconds, decimals: 1), isNumber: true)
    } ?? Self.cell("")
  }

  /// A few digits are shown, all of them sort.
  private static func cell(number: Double, _ short: String) -> String {
    short == "\(number)"
      ? cell(short, isNumber: true)
      : "<td class=\"n\" data-v=\"\(number)\" title=\"\(number)\">\(short)</td>"
  }
}

extension TrialState {
  /// Why it failed; nil where it did not.
  var reason: String? {
    if case .failed(let reason) = self { return reason }
    return nil
  }
}

extension ParameterDomain {
  /// Whether its values are numbers.
  var isNumeric: Bool {
    if case .choice = self { return false }
    return true
  }
}
