// The tables of Optuna's storage in a relational database, as its own `create_all` makes them for SQLite, so that
// Optuna's Python API and dashboard read a study while it runs and after.

/// Optuna's storage schema.
enum OptunaSchema {
  /// The version of the tables, in `version_info`.
  static let version = 12
  /// The version of Optuna that the tables are of.
  static let library = "5.0.0"
  /// The revision by which Optuna's migrations know the tables.
  static let revision = "v3.2.0.a"

  /// Makes the tables.
  static let creation = """
    CREATE TABLE studies (
      study_id INTEGER NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
    CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
    CREATE TABLE version_info (
      version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256),
      PRIMARY KEY (version_info_id), CHECK (version_info_id=1));
    CREATE TABLE study_directions (
      study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL,
      objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective),
      FOREIGN KEY(study_id) REFERENCES studies (study_id));
    CREATE TABLE study_user_attributes (
      study_user_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512),
      value_json TEXT, PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, "key"),
      FOREIGN KEY(study_id) REFERENCES studies (study_id));
    CREATE TABLE study_system_attributes (
      study_system_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512),
      value_json TEXT, PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, "key"),
      FOREIGN KEY(study_id) REFERENCES studies (study_id));
    CREATE TABLE trials (
      trial_id INTEGER NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL,
      datetime_start DATETIME, datetime_complete DATETIME, PRIMARY KEY (trial_id),
      FOREIGN KEY(study_id) REFERENCES studies (study_id));
    CREATE INDEX ix_trials_study_id ON trials (study_id);
    CREATE TABLE trial_user_attributes (
      trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512),
      value_json TEXT, PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, "key"),
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
    CREATE TABLE trial_system_attributes (
      trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512),
      value_json TEXT, PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, "key"),
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
    CREATE TABLE trial_params (
      param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT,
      distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name),
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
    CREATE TABLE trial_values (
      trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL,
      value FLOAT, value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id),
      UNIQUE (trial_id, objective), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
    CREATE TABLE trial_intermediate_values (
      trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL,
      step INTEGER NOT NULL, intermediate_value FLOAT,
      intermediate_value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_intermediate_value_id),
      UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
    CREATE TABLE trial_heartbeats (
      trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL,
      PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id),
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
    CREATE TABLE alembic_version (
      version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
    INSERT INTO version_info VALUES (1, \(version), '\(library)');
    INSERT INTO alembic_version VALUES ('\(revision)');
    """
}

/// A state of a trial as Optuna spells it; a paused trial is one that runs.
enum OptunaState: String {
  case running = "RUNNING"
  case complete = "COMPLETE"
  case pruned = "PRUNED"
  case failed = "FAIL"
}

/// A value as Optuna keeps it: a finite number, or the kind of what a column cannot hold.
struct OptunaValue {
  /// The number, or nothing.
  let column: SQLValue
  /// What it is.
  let kind: String

  /// Splits a value.
  init(_ value: Double) {
    column = value.isFinite ? .real(value) : .null
    kind = value.isNaN ? "NAN" : value.isFinite ? "FINITE" : value < 0 ? "INF_NEG" : "INF_POS"
  }

  /// Joins two columns of a row again; nil for a kind that is unknown.
  static func value(_ row: borrowing Row, _ number: Int32, _ kind: Int32) -> Double? {
    switch row.text(kind) {
    case "FINITE": row.real(number)
    case "INF_POS": .infinity
    case "INF_NEG": -.infinity
    case "NAN": .nan
    default: nil
    }
  }
}
