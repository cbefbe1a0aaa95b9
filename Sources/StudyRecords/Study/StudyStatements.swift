/// The statements of a study's events, each prepared once.
struct StudyStatements {
  let insertTrial: Statement
  let insertParameter: Statement
  let selectParameters: Statement
  let setState: Statement
  let insertValue: Statement
  let removeValue: Statement
  let setReport: Statement
  let setUserAttribute: Statement
  let removeUserAttribute: Statement
  let setSystemAttribute: Statement

  /// Prepares all.
  init(_ database: Database) throws(StudyRecordsError) {
    insertTrial = try database.prepare(
      """
      INSERT INTO trials (number, study_id, state, datetime_start) VALUES (?1, ?2, ?3, ?4)
      """, to: "save a trial")
    insertParameter = try database.prepare(
      """
      INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
      VALUES (?1, ?2, ?3, ?4)
      """, to: "save a trial")
    selectParameters = try database.prepare(
      "SELECT param_name, param_value FROM trial_params WHERE trial_id = ?1", to: "read a trial")
    setState = try database.prepare(
      "UPDATE trials SET state = ?2, datetime_complete = ?3 WHERE trial_id = ?1",
      to: "save the state of a trial")
    insertValue = try database.prepare(
      """
      INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?1, 0, ?2, ?3)
      """, to: "save the value of a trial")
    removeValue = try database.prepare(
      "DELETE FROM trial_values WHERE trial_id = ?1", to: "save the state of a trial")
    setReport = try database.prepare(
      """
      INSERT INTO trial_intermediate_values
        (trial_id, step, intermediate_value, intermediate_value_type) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (trial_id, step) DO UPDATE SET
        intermediate_value = excluded.intermediate_value,
        intermediate_value_type = excluded.intermediate_value_type
      """, to: "save a value")
    setUserAttribute = try Self.attribute("trial_user_attributes", database)
    removeUserAttribute = try database.prepare(
      "DELETE FROM trial_user_attributes WHERE trial_id = ?1 AND key = ?2",
      to: "save the state of a trial")
    setSystemAttribute = try Self.attribute("trial_system_attributes", database)
  }

  private static func attribute(
    _ table: String, _ database: Database
  ) throws(StudyRecordsError) -> Statement {
    try database.prepare(
      """
      INSERT INTO \(table) (trial_id, key, value_json) VALUES (?1, ?2, ?3)
      ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
      """, to: "save what is known of a trial")
  }
}
