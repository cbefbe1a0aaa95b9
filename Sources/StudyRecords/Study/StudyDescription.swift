package import HyperparameterSearch
internal import JSONText

/// What a study is, beside its trials.
package struct StudyDescription: Sendable, Equatable {
  /// Its name.
  package var name: String
  /// Which values of the metric are better.
  package var direction: Direction
  /// The metric that trials are judged by.
  package var metric: String
  /// What the budget counts: `epochs` or `steps`.
  package var unit: String
  /// The budget of a whole training.
  package var fullBudget: Int
  /// The study's configuration as YAML, everything it extends included.
  package var configuration: String

  /// Describes a study.
  package init(
    name: String, direction: Direction, metric: String, unit: String, fullBudget: Int,
    configuration: String
  ) {
    self.name = name
    self.direction = direction
    self.metric = metric
    self.unit = unit
    self.fullBudget = fullBudget
    self.configuration = configuration
  }
}

extension StudyDescription {
  /// The version of what this program adds to Optuna's tables.
  static let recordVersion = 1
  /// The attribute by which a study of this program is known, and its record's version.
  static let versionKey = "lockstep"

  /// What goes to `study_user_attributes`.
  var attributes: [(key: String, value: JSONValue)] {
    [
      (Self.versionKey, .integer(Int64(Self.recordVersion))), ("metric", .string(metric)),
      ("budget_unit", .string(unit)), ("full_budget", .integer(Int64(fullBudget))),
      ("configuration", .string(configuration)),
    ]
  }

  /// Reads a description from attributes.
  init(name: String, direction: Direction, attributes: JSONObject) throws(JSONError) {
    let version = try attributes.integer(Self.versionKey)
    guard version == Self.recordVersion else {
      throw JSONError("its records are of version \(version), expected \(Self.recordVersion)")
    }
    self.init(
      name: name, direction: direction, metric: try attributes.string("metric"),
      unit: try attributes.string("budget_unit"),
      fullBudget: try attributes.integer("full_budget"),
      configuration: try attributes.string("configuration"))
  }
}

extension SearchSpace {
  /// The attribute in `study_system_attributes` that keeps the parameters in their order.
  static let recordKey = "lockstep:space"

  /// The parameters' names and what they may be, in their order.
  var record: JSONValue {
    .object(JSONObject(parameters.map { ($0.name, Distribution.json($0.domain)) }))
  }

  /// Reads a space again, without keys and conditions, which the records do not tell.
  init(record: JSONValue) throws(JSONError) {
    guard let object = record.object else { throw JSONError("the space is no object") }
    var parameters: [Parameter] = []
    for member in object.members {
      parameters.append(Parameter(member.key, try Distribution.domain(member.value)))
    }
    self.init(parameters)
  }
}
