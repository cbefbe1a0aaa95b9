internal import HyperparameterSearch
internal import JSONText
internal import RunRecords
internal import StudyRecords

/// The trials of a study as files for other programs.
enum StudyExport {
  /// A line a trial, by number; parameters are named as in Optuna's data frames.
  static func csv(_ study: StudySnapshot) -> String {
    let parameters = study.space.parameters.map(\.name)
    let titles =
      [
        "number", "state", "value", "budget", "seconds", "steps", "attempts", "started", "ended",
        "reason",
      ] + parameters.map { "params_\($0)" }
    let rows = study.trials.map { trial in
      [
        "\(trial.number)", trial.state.word, trial.value.map { "\($0)" } ?? "", "\(trial.budget)",
        "\(trial.seconds)", "\(trial.steps)", "\(trial.attempts)", trial.started?.iso8601 ?? "",
        trial.ended?.iso8601 ?? "", trial.reason ?? "",
      ] + parameters.map { trial[$0]?.text ?? "" }
    }
    return ([titles] + rows).map { $0.map(cell).joined(separator: ",") + "\n" }.joined()
  }

  /// A cell by RFC 4180: in quotes where it holds what separates cells.
  private static func cell(_ text: String) -> String {
    // By bytes: `\r\n` is one character.
    let separators = ",\"\r\n".utf8
    guard text.utf8.contains(where: separators.contains) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  /// Everything that is recorded.
  static func json(_ study: StudySnapshot) -> JSONValue {
    let description = study.description
    return [
      "name": .string(description.name), "direction": .string(description.direction.rawValue),
      "metric": .string(description.metric), "budget_unit": .string(description.unit),
      "full_budget": .integer(Int64(description.fullBudget)),
      "best": study.best.map { .integer(Int64($0.number)) } ?? .null,
      "trials": .array(study.trials.map(json)),
    ]
  }

  private static func json(_ trial: TrialRecord) -> JSONValue {
    let reports = trial.reports.map { report in
      JSONValue.array([.integer(Int64(report.budget)), .number(report.value)])
    }
    return [
      "number": .integer(Int64(trial.number)), "state": .string(trial.state.word),
      "value": trial.value.map(JSONValue.number) ?? .null, "budget": .integer(Int64(trial.budget)),
      "seconds": .number(trial.seconds), "steps": .integer(Int64(trial.steps)),
      "attempts": .integer(Int64(trial.attempts)),
      "started": trial.started.map { .string($0.iso8601) } ?? .null,
      "ended": trial.ended.map { .string($0.iso8601) } ?? .null,
      "reason": trial.reason.map(JSONValue.string) ?? .null,
      "params": .object(JSONObject(trial.values.map { ($0.name, $0.json) })),
      "reports": .array(reports),
    ]
  }
}
