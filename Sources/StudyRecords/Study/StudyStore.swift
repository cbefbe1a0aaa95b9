internal import DurableFiles
package import HyperparameterSearch
internal import JSONText

/// The records of a study, in a SQLite database that Optuna reads: every event is on the disk before the call returns.
///
/// One process writes a study at a time; others read it meanwhile. What is recorded outlives the death of the process;
/// after the death of the machine the records are those of a moment shortly before. Used by one thread.
package final class StudyStore {
  /// What the study is.
  package private(set) var description: StudyDescription
  let database: Database
  let tables: StudyTables
  let space: SearchSpace
  /// What each parameter may be, as it stands beside its values.
  let distributions: [String]
  let statements: StudyStatements
  /// The trials' rows, by number.
  var rows: [Int: StudyTables.TrialRow]
  /// The jobs that were ever begun, by number of the trial and budget at the end.
  var jobs: [Int: [Int: JobRecord]]
  /// The results that are known, in the same order.
  var results: [Int: [Int: JobResult]] = [:]
  /// Held until the store is closed.
  private var lock: StudyLock?

  private init(
    _ database: Database, _ lock: StudyLock, space: SearchSpace
  ) throws(StudyRecordsError) {
    self.database = database
    self.lock = lock
    self.space = space
    distributions = space.parameters.map { Distribution.json($0.domain).text() }
    tables = try StudyTables(database)
    description = try tables.description()
    rows = try tables.trialRows()
    jobs = try tables.jobs()
    statements = try StudyStatements(database)
    let reports = try tables.reports()
    for (trial, jobs) in jobs {
      results[trial] = jobs.compactMapValues { $0.result(reports[trial] ?? [:]) }
    }
  }

  /// Makes the records of a new study.
  ///
  /// - Parameters:
  ///   - path: where the file is made; nothing may be there.
  ///   - description: what the study is.
  ///   - space: what is searched.
  /// - Returns: the records, without trials.
  /// - Throws: ``StudyRecordsError``.
  package static func create(
    _ path: String, _ description: StudyDescription, space: SearchSpace
  ) throws(StudyRecordsError) -> StudyStore {
    let lock = try StudyLock(path)
    if FileSystem().kind(of: path) != nil {
      throw .file(FileError("create the study's records", path, reason: "something is there"))
    }
    let database = try Database(path, .creating)
    try prepare(database)
    try database.transaction { () throws(StudyRecordsError) in
      try database.execute(OptunaSchema.creation, to: "make its tables")
      try database.prepare("INSERT INTO studies VALUES (1, ?1)", to: "make the study")
        .run(.text(description.name))
      try database.prepare(
        "INSERT INTO study_directions VALUES (1, ?1, 1, 0)", to: "make the study"
      ).run(.text(description.direction.rawValue.uppercased()))
      try write(description, space, ofStudy: 1, to: database)
    }
    return try StudyStore(database, lock, space: space)
  }

  /// Opens the records of a study to go on with it.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - space: what is searched.
  /// - Returns: the records, with the results of all jobs that ended.
  /// - Throws: ``StudyRecordsError``.
  package static func open(
    _ path: String, space: SearchSpace
  ) throws(StudyRecordsError) -> StudyStore {
    if FileSystem().kind(of: path) == nil {
      throw .notAStudy(path: path, reason: "it does not exist")
    }
    let lock = try StudyLock(path)
    let database = try Database(path, .writing)
    try checkPages(database)
    try prepare(database)
    return try StudyStore(database, lock, space: space)
  }

  /// Readers and the writer do not wait for each other, and a change needs no wait for the disk.
  private static func prepare(_ database: Database) throws(StudyRecordsError) {
    try database.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON",
      to: "prepare it for writing")
  }

  /// Refuses a damaged file before anything is added to it.
  private static func checkPages(_ database: Database) throws(StudyRecordsError) {
    var found: [String] = []
    try database.prepare("PRAGMA quick_check(1)", to: "check it")
      .forEach { row in found.append(row.text(0)) }
    if found != ["ok"] {
      throw .database(
        path: database.path, operation: "check it",
        reason: "the file is damaged (\(found.joined(separator: "; ")))")
    }
  }

  /// Records that the study goes on as another description says, with more trials or a larger budget.
  ///
  /// - Parameter description: what the study is from now on.
  /// - Throws: ``StudyRecordsError/contradiction(path:reason:)`` where results mean something else from now on.
  package func update(_ description: StudyDescription) throws(StudyRecordsError) {
    func objective(_ study: StudyDescription) -> String {
      "\(study.direction.rawValue) \(study.metric) over \(study.unit)"
    }
    let (before, now) = (objective(self.description), objective(description))
    guard before == now else {
      throw .contradiction(path: database.path, reason: "to \(before), and not to \(now)")
    }
    try database.transaction { () throws(StudyRecordsError) in
      try database.prepare(
        "UPDATE studies SET study_name = ?2 WHERE study_id = ?1", to: "change the study"
      ).run(.integer(tables.study), .text(description.name))
      try Self.write(description, space, ofStudy: tables.study, to: database)
    }
    self.description = description
  }

  private static func write(
    _ description: StudyDescription, _ space: SearchSpace, ofStudy study: Int,
    to database: Database
  ) throws(StudyRecordsError) {
    func statement(_ table: String) throws(StudyRecordsError) -> Statement {
      try database.prepare(
        """
        INSERT INTO \(table) (study_id, key, value_json) VALUES (?1, ?2, ?3)
        ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json
        """, to: "save the study")
    }
    let user = try statement("study_user_attributes")
    for (key, value) in description.attributes {
      try user.run(.integer(study), .text(key), .text(value.text()))
    }
    let system = try statement("study_system_attributes")
    try system.run(.integer(study), .text(SearchSpace.recordKey), .text(space.record.text()))
    // How Optuna's plots call the value.
    let names = JSONValue.array([.string(description.metric)])
    try system.run(.integer(study), .text("study:metric_names"), .text(names.text()))
  }

  /// All trials as they are recorded, by number.
  package var trials: [TrialRecord] {
    get throws(StudyRecordsError) { try tables.trials() }
  }

  /// Leaves the study as one file, unless somebody reads it just now; then what SQLite keeps beside it stays.
  ///
  /// Nothing is recorded after it.
  package func close() throws(StudyRecordsError) {
    try database.execute("PRAGMA wal_checkpoint(TRUNCATE)", to: "write all of it to its file")
    try database.leaveLog()
    lock = nil
  }
}

/// What keeps a second writer out: a lock file beside the records.
final class StudyLock {
  private let file: FileLock

  /// Takes the lock for the records at a path.
  ///
  /// - Throws: ``StudyRecordsError/isBeingWritten(path:by:)`` where another process has it.
  init(_ path: String) throws(StudyRecordsError) {
    let lockPath = Self.path(of: path)
    do throws(FileError) {
      guard let file = try FileLock(lockPath) else {
        throw FileError("lock", lockPath, reason: "")
      }
      self.file = file
    } catch {
      if let holder = FileLock.holder(of: lockPath) {
        throw .isBeingWritten(path: path, by: holder)
      }
      throw .file(error)
    }
  }

  /// Where the lock file of records is.
  static func path(of path: String) -> String { path + ".lock" }
}
