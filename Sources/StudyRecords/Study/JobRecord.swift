internal import HyperparameterSearch
internal import JSONText

/// What a job cost.
package struct JobCost: Sendable, Equatable {
  /// Seconds by the clock on the wall, of the attempt that gave the result.
  package var seconds: Double
  /// Updates of the parameters.
  package var steps: Int

  /// Notes a cost.
  package init(seconds: Double, steps: Int) {
    self.seconds = seconds
    self.steps = steps
  }
}

/// How a job stands: how often it was begun, and what came of it.
///
/// Values of the metric are not in it but in `trial_intermediate_values`; it tells which of them are the job's.
struct JobRecord {
  /// How a job ended, without its values.
  enum Outcome: Equatable {
    case trained
    case ended
    case failed(String)
  }

  /// How often the job was begun.
  var attempts = 0
  /// The ranks that do it; nil where none do, or the launch is over in which they did.
  var ranks: Range<Int>?
  /// How often a rank that did it died.
  var deaths = 0
  /// How it ended; nil while that is not known.
  var outcome: Outcome?
  /// The budgets of its values.
  var budgets: [Int] = []
  /// What it cost.
  var cost = JobCost(seconds: 0, steps: 0)

  /// What the attributes in `trial_system_attributes` that keep jobs begin with.
  private static let prefix = "lockstep:job:"

  /// The attribute that keeps the job of an end.
  static func attribute(end: Int) -> String { prefix + "\(end)" }

  /// The end of the job that an attribute keeps; nil where it keeps none.
  static func end(ofAttribute attribute: String) -> Int? {
    attribute.hasPrefix(prefix) ? Int(attribute.dropFirst(prefix.count)) : nil
  }

  /// A job that was never begun.
  init() {}

  /// What jobs cost together, added in the order of their ends so that it is always the same.
  static func totalCost(_ jobs: [Int: JobRecord]) -> JobCost {
    jobs.sorted { $0.key < $1.key }.reduce(into: JobCost(seconds: 0, steps: 0)) { total, job in
      total.seconds += job.value.cost.seconds
      total.steps += job.value.cost.steps
    }
  }

  /// Notes what came of the job.
  mutating func finish(_ result: JobResult, cost: JobCost) {
    self.cost = cost
    ranks = nil
    budgets = result.reports.map(\.budget)
    switch result {
    case .trained: outcome = .trained
    case .ended: outcome = .ended
    case .failed(_, let reason): outcome = .failed(reason)
    }
  }

  /// The result, given the values of the trial; nil while there is none.
  func result(_ values: [Int: Double]) -> JobResult? {
    let reports = budgets.compactMap { budget in
      values[budget].map { Report(budget: budget, value: $0) }
    }
    return switch outcome {
    case .trained: .trained(reports)
    case .ended: .ended(reports)
    case .failed(let reason): .failed(reports, reason: reason)
    case nil: nil
    }
  }

  /// The record as JSON.
  var json: JSONValue {
    var object = JSONObject([("attempts", .integer(Int64(attempts)))])
    if let ranks {
      object["ranks"] = [.integer(Int64(ranks.lowerBound)), .integer(Int64(ranks.upperBound))]
    }
    if deaths > 0 { object["deaths"] = .integer(Int64(deaths)) }
    guard let outcome else { return .object(object) }
    switch outcome {
    case .trained: object["outcome"] = "trained"
    case .ended: object["outcome"] = "ended"
    case .failed(let reason):
      object["outcome"] = "failed"
      object["reason"] = .string(reason)
    }
    object["budgets"] = .array(budgets.map { .integer(Int64($0)) })
    object["seconds"] = .number(cost.seconds)
    object["steps"] = .integer(Int64(cost.steps))
    return .object(object)
  }

  /// Reads a record.
  init(_ json: JSONValue) throws(JSONError) {
    guard let object = json.object else { throw JSONError("the record of a job is no object") }
    attempts = try object.integer("attempts")
    deaths = object["deaths"] == nil ? 0 : try object.integer("deaths")
    if let bounds = object["ranks"]?.array?.compactMap(\.integer), bounds.count == 2,
      bounds[0] <= bounds[1]
    {
      ranks = bounds[0]..<bounds[1]
    }
    guard let outcome = object["outcome"] else { return }
    switch outcome {
    case "trained": self.outcome = .trained
    case "ended": self.outcome = .ended
    case "failed": self.outcome = .failed(try object.string("reason"))
    default: throw JSONError("the outcome of a job is unknown")
    }
    budgets = try object.array("budgets").compactMap(\.integer)
    cost = JobCost(
      seconds: try object.number("seconds"), steps: try object.integer("steps"))
  }
}
