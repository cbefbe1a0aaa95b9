package import HyperparameterSearch
internal import JSONText

/// What a group tells rank 0 of a job.
package struct JobReport: Sendable, Equatable {
  /// How the job ended.
  package enum Outcome: Sendable, Equatable {
    /// With a result.
    case done(JobResult)
    /// A signal stopped it; what was done lies in a checkpoint.
    case interrupted(signal: Int32)
  }

  /// The number of the job.
  package var job: Int
  /// How it ended.
  package var outcome: Outcome
  /// Steps that were done for it.
  package var steps: Int
  /// Seconds that it took, all in all.
  package var seconds: Double
  /// What the user should know, a sentence each.
  package var notes: [String] = []
}

extension JobReport {
  /// The report as a text that gives the same numbers to the bit.
  var text: String {
    var object = JSONObject([
      ("job", .integer(Int64(job))), ("steps", .integer(Int64(steps))),
      ("seconds", .number(seconds)), ("notes", .array(notes.map(JSONValue.string))),
    ])
    switch outcome {
    case .interrupted(let signal): object["signal"] = .integer(Int64(signal))
    case .done(.trained(let reports)): object["trained"] = Self.json(reports)
    case .done(.ended(let reports)): object["ended"] = Self.json(reports)
    case .done(.failed(let reports, let reason)):
      object["failed"] = Self.json(reports)
      object["reason"] = .string(reason)
    }
    return JSONValue.object(object).text()
  }

  /// Reads a report.
  ///
  /// - Throws: `JSONError` naming the member that is missing or wrong.
  init(text: String) throws(JSONError) {
    guard let object = try JSONValue.parse(text).object else { throw JSONError("no report") }
    job = try object.integer("job")
    steps = try object.integer("steps")
    seconds = try object.number("seconds")
    notes = try object.array("notes").compactMap(\.string)
    if object["signal"] != nil {
      outcome = .interrupted(signal: Int32(try object.integer("signal")))
    } else if object["trained"] != nil {
      outcome = .done(.trained(try Self.reports(object, "trained")))
    } else if object["ended"] != nil {
      outcome = .done(.ended(try Self.reports(object, "ended")))
    } else {
      outcome = .done(
        .failed(try Self.reports(object, "failed"), reason: try object.string("reason")))
    }
  }

  private static func json(_ reports: [Report]) -> JSONValue {
    .array(reports.map { .array([.integer(Int64($0.budget)), .number($0.value)]) })
  }

  private static func reports(_ object: JSONObject, _ key: String) throws(JSONError) -> [Report] {
    var reports: [Report] = []
    for item in try object.array(key) {
      guard let pair = item.array, pair.count == 2, let budget = pair[0].integer,
        let value = pair[1].number
      else { throw JSONError("`\(key)` holds no pair of a budget and a value") }
      reports.append(Report(budget: budget, value: value))
    }
    return reports
  }
}
