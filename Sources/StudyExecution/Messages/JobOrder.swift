internal import HyperparameterSearch
internal import JSONText

/// What rank 0 asks of a group: to train a part of a trial.
struct JobOrder: Sendable, Equatable {
  /// The job.
  var job: Job
  /// The trial's values.
  var assignment: Assignment
  /// The value from which on the parameters that a complete training ends with are kept; nil for any.
  var threshold: Double?
  /// Whether they are kept at all.
  var keepsLast: Bool
}

extension JobOrder {
  /// The order as a text that gives the same numbers to the bit.
  var text: String {
    var object = JSONObject([
      ("number", .integer(Int64(job.number))), ("trial", .integer(Int64(job.trial))),
      ("start", .integer(Int64(job.start))), ("end", .integer(Int64(job.end))),
      ("due", .integer(Int64(job.due))), ("keeps_last", .boolean(keepsLast)),
      ("values", .array(assignment.map(Self.json))),
    ])
    if let threshold { object["threshold"] = .number(threshold) }
    return JSONValue.object(object).text()
  }

  /// Reads an order.
  ///
  /// - Throws: `JSONError` naming the member that is missing or wrong.
  init(text: String) throws(JSONError) {
    guard let object = try JSONValue.parse(text).object else { throw JSONError("no order") }
    job = Job(
      number: try object.integer("number"), trial: try object.integer("trial"),
      start: try object.integer("start"), end: try object.integer("end"),
      due: try object.integer("due"))
    keepsLast = try object.required("keeps_last").boolean ?? false
    threshold = object["threshold"] == nil ? nil : try object.number("threshold")
    assignment = []
    for value in try object.array("values") { assignment.append(try Self.value(value)) }
  }

  private static func json(_ value: ParameterValue?) -> JSONValue {
    switch value {
    case nil: .null
    case .float(let number): ["float": .number(number)]
    case .integer(let number): ["integer": .integer(Int64(number))]
    case .choice(let index): ["choice": .integer(Int64(index))]
    }
  }

  private static func value(_ json: JSONValue) throws(JSONError) -> ParameterValue? {
    guard let object = json.object else { return nil }
    if object["float"] != nil { return .float(try object.number("float")) }
    if object["integer"] != nil { return .integer(try object.integer("integer")) }
    return .choice(try object.integer("choice"))
  }
}
