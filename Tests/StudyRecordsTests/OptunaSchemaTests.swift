import HyperparameterSearch
import JSONText
import TestSupport
import Testing

@testable import StudyRecords

@Suite("Optuna's schema")
struct OptunaSchemaTests {
  /// What Optuna 5.0.0 makes, read from a database of its own by the queries below.
  static let expected = """
    alembic_version: version_num VARCHAR(32) not null key, unique (version_num)
    studies: study_id INTEGER not null key, study_name VARCHAR(512) not null, unique \
    (study_name) ix_studies_study_name
    study_directions: study_direction_id INTEGER not null key, direction VARCHAR(8) not \
    null, study_id INTEGER not null, objective INTEGER not null, unique (study_id, \
    objective), study_id -> studies.study_id
    study_system_attributes: study_system_attribute_id INTEGER not null key, study_id \
    INTEGER, key VARCHAR(512), value_json TEXT, unique (study_id, key), study_id -> \
    studies.study_id
    study_user_attributes: study_user_attribute_id INTEGER not null key, study_id INTEGER, \
    key VARCHAR(512), value_json TEXT, unique (study_id, key), study_id -> studies.study_id
    trial_heartbeats: trial_heartbeat_id INTEGER not null key, trial_id INTEGER not null, \
    heartbeat DATETIME not null, unique (trial_id), trial_id -> trials.trial_id
    trial_intermediate_values: trial_intermediate_value_id INTEGER not null key, trial_id \
    INTEGER not null, step INTEGER not null, intermediate_value FLOAT, \
    intermediate_value_type VARCHAR(7) not null, unique (trial_id, step), trial_id -> \
    trials.trial_id
    trial_params: param_id INTEGER not null key, trial_id INTEGER, param_name VARCHAR(512), \
    param_value FLOAT, distribution_json TEXT, unique (trial_id, param_name), trial_id -> \
    trials.trial_id
    trial_system_attributes: trial_system_attribute_id INTEGER not null key, trial_id \
    INTEGER, key VARCHAR(512), value_json TEXT, unique (trial_id, key), trial_id -> \
    trials.trial_id
    trial_user_attributes: trial_user_attribute_id INTEGER not null key, trial_id INTEGER, \
    key VARCHAR(512), value_json TEXT, unique (trial_id, key), trial_id -> trials.trial_id
    trial_values: trial_value_id INTEGER not null key, trial_id INTEGER not null, objective \
    INTEGER not null, value FLOAT, value_type VARCHAR(7) not null, unique (trial_id, \
    objective), trial_id -> trials.trial_id
    trials: trial_id INTEGER not null key, number INTEGER, study_id INTEGER, state \
    VARCHAR(8) not null, datetime_start DATETIME, datetime_complete DATETIME, index \
    (study_id) ix_trials_study_id, study_id -> studies.study_id
    version_info: version_info_id INTEGER not null key, schema_version INTEGER, \
    library_version VARCHAR(256)
    """

  /// A line a table: its columns, indices and references.
  static func tables(_ database: Database) throws -> String {
    func list(_ query: String, _ table: String) throws -> [String] {
      var items: [String] = []
      try database.prepare(query, to: "test").forEach(.text(table)) { row in
        items.append(row.text(0))
      }
      return items
    }
    let tables = try list(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND ?1 = '' ORDER BY name", "")
    let lines = try tables.map { table in
      let columns = try list(
        """
        SELECT name || ' ' || type || iif("notnull", ' not null', '') || iif(pk, ' key', '')
        FROM pragma_table_info(?1)
        """, table)
      let indices = try list(
        """
        SELECT iif("unique", 'unique (', 'index (') || (
          SELECT group_concat(name, ', ') FROM pragma_index_info(list.name)
        ) || ')' || iif(name LIKE 'sqlite%', '', ' ' || name)
        FROM pragma_index_list(?1) AS list ORDER BY name
        """, table)
      let references = try list(
        """
        SELECT "from" || ' -> ' || "table" || '.' || "to" FROM pragma_foreign_key_list(?1)
        """, table)
      return "\(table): " + (columns + indices + references).joined(separator: ", ")
    }
    return lines.joined(separator: "\n")
  }

  @Test("the tables are those that Optuna makes")
  func tables() throws {
    let folder = try TemporaryFolder()
    let store = try ExampleStudy.create(folder.file("study.db"))
    #expect(try Self.tables(store.database) == Self.expected)
  }

  @Test("distributions are written as Optuna writes them, and read again")
  func distributions() throws {
    let expected = [
      #"{"name":"FloatDistribution","attributes":{"step":null,"low":1e-05,"high":0.1,"log":true}}"#,
      #"{"name":"FloatDistribution","attributes":{"step":0.25,"low":0.0,"high":0.5,"log":false}}"#,
      #"{"name":"IntDistribution","attributes":{"log":false,"step":16,"low":16,"high":64}}"#,
      #"{"name":"IntDistribution","attributes":{"log":true,"step":1,"low":1,"high":64}}"#,
      #"{"name":"CategoricalDistribution","attributes":{"choices":["adam",1,true,2.5,"7","{sgd: {}}"]}}"#,
      #"{"name":"FloatDistribution","attributes":{"step":null,"low":0.0,"high":0.99,"log":false}}"#,
    ]
    #expect(ExampleStudy.space.parameters.map { Distribution.json($0.domain).text() } == expected)
    for text in expected {
      #expect(Distribution.json(try Distribution.domain(.parse(text))).text() == text)
    }
    #expect(throws: JSONError.self) {
      try Distribution.domain(["name": "UniformDistribution", "attributes": [:]])
    }
  }
}
