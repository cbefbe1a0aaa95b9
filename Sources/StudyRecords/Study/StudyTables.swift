internal import HyperparameterSearch
internal import JSONText
internal import RunRecords

/// Reads a study from its tables.
struct StudyTables {
  /// A trial's row, by which the others are found.
  struct TrialRow {
    /// The key of the row.
    let id: Int
    /// The state that it records.
    var state: OptunaState
    /// The value that it records with the state, if any.
    var value: Double?
  }

  /// The connection.
  let database: Database
  /// The key of the study's row.
  let study: Int

  /// Finds the study of this program in a database.
  init(_ database: Database) throws(StudyRecordsError) {
    self.database = database
    try Self.checkVersion(database)
    var found: Int?
    try database.prepare(
      "SELECT study_id FROM study_user_attributes WHERE key = ?1 ORDER BY study_id LIMIT 1",
      to: "find the study"
    ).forEach(.text(StudyDescription.versionKey)) { row in found = row.integer(0) }
    guard let found else {
      throw .notAStudy(path: database.path, reason: "it holds no study of this program")
    }
    study = found
  }

  private static func checkVersion(_ database: Database) throws(StudyRecordsError) {
    var tables: Set<String> = []
    try database.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table'", to: "read its tables"
    ).forEach { row in tables.insert(row.text(0)) }
    guard tables.isSuperset(of: ["version_info", "studies", "study_user_attributes", "trials"])
    else {
      throw .notAStudy(path: database.path, reason: "it has not the tables of one")
    }
    var version: Int?
    try database.prepare("SELECT schema_version FROM version_info", to: "read its version")
      .forEach { row in version = row.integer(0) }
    guard version == OptunaSchema.version else {
      throw .notAStudy(
        path: database.path,
        reason: "its tables are of version \(version.map(String.init) ?? "unknown") of Optuna's "
          + "schema, expected \(OptunaSchema.version)")
    }
  }

  /// What the study is.
  func description() throws(StudyRecordsError) -> StudyDescription {
    var (name, direction) = ("", Direction?.none)
    try database.prepare(
      """
      SELECT study_name, direction FROM studies JOIN study_directions USING (study_id)
      WHERE study_id = ?1
      """, to: "read the study"
    ).forEach(.integer(study)) { row in
      name = row.text(0)
      direction = Direction(rawValue: row.text(1).lowercased())
    }
    guard let direction else { throw damaged("the study has no direction") }
    let attributes = try attributes(
      "SELECT key, value_json FROM study_user_attributes WHERE study_id = ?1")
    return try decoded { () throws(JSONError) in
      try StudyDescription(name: name, direction: direction, attributes: attributes)
    }
  }

  /// What is searched, without keys and conditions.
  func space() throws(StudyRecordsError) -> SearchSpace {
    let attributes = try attributes(
      "SELECT key, value_json FROM study_system_attributes WHERE study_id = ?1")
    return try decoded { () throws(JSONError) in
      try SearchSpace(record: attributes.required(SearchSpace.recordKey))
    }
  }

  private func attributes(_ selection: String) throws(StudyRecordsError) -> JSONObject {
    var object = JSONObject()
    try database.prepare(selection, to: "read the study").forEach(.integer(study)) {
      (row) throws(StudyRecordsError) in object[row.text(0)] = try json(row.text(1))
    }
    return object
  }

  /// The trials' rows, by number.
  func trialRows() throws(StudyRecordsError) -> [Int: TrialRow] {
    var rows: [Int: TrialRow] = [:]
    try database.prepare(
      """
      SELECT trial_id, number, state, value, value_type FROM trials
      LEFT JOIN trial_values USING (trial_id) WHERE study_id = ?1
      """, to: "read the trials"
    ).forEach(.integer(study)) { (row) throws(StudyRecordsError) in
      rows[row.integer(1)] = TrialRow(
        id: row.integer(0), state: try state(row.text(2)),
        value: OptunaValue.value(row, 3, 4))
    }
    return rows
  }

  /// A state of a trial.
  func state(_ text: String) throws(StudyRecordsError) -> OptunaState {
    guard let state = OptunaState(rawValue: text) else {
      throw damaged("a trial is in the state `\(text)`")
    }
    return state
  }

  /// The jobs that were ever begun, by number of the trial and budget at the end.
  func jobs() throws(StudyRecordsError) -> [Int: [Int: JobRecord]] {
    var jobs: [Int: [Int: JobRecord]] = [:]
    try database.prepare(
      """
      SELECT number, key, value_json FROM trials JOIN trial_system_attributes USING (trial_id)
      WHERE study_id = ?1
      """, to: "read the jobs"
    ).forEach(.integer(study)) { (row) throws(StudyRecordsError) in
      guard let end = JobRecord.end(ofAttribute: row.text(1)) else { return }
      let json = try json(row.text(2))
      jobs[row.integer(0), default: [:]][end] = try decoded { () throws(JSONError) in
        try JobRecord(json)
      }
    }
    return jobs
  }

  /// The values of the metric, by number of the trial and budget.
  func reports() throws(StudyRecordsError) -> [Int: [Int: Double]] {
    var reports: [Int: [Int: Double]] = [:]
    try database.prepare(
      """
      SELECT number, step, intermediate_value, intermediate_value_type
      FROM trials JOIN trial_intermediate_values USING (trial_id) WHERE study_id = ?1
      """, to: "read the values"
    ).forEach(.integer(study)) { (row) throws(StudyRecordsError) in
      guard let value = OptunaValue.value(row, 2, 3) else {
        throw damaged("a value is of the kind `\(row.text(3))`")
      }
      reports[row.integer(0), default: [:]][row.integer(1)] = value
    }
    return reports
  }

  /// Reads a JSON text of the database.
  func json(_ text: String) throws(StudyRecordsError) -> JSONValue {
    try decoded { () throws(JSONError) in try JSONValue.parse(text) }
  }

  /// Says of what cannot be understood where it stands.
  func decoded<Value>(_ body: () throws(JSONError) -> Value) throws(StudyRecordsError) -> Value {
    do throws(JSONError) { return try body() } catch { throw damaged("\(error)") }
  }

  /// The error of a database with wrong content.
  func damaged(_ reason: String) -> StudyRecordsError {
    .notAStudy(path: database.path, reason: reason)
  }
}
