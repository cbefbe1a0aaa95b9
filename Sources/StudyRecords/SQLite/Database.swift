internal import CSQLite
internal import DurableFiles

/// An open SQLite database; closed when the last reference goes, its statements' references included.
///
/// Used by one thread at a time.
@safe
final class Database {
  /// How a database is opened.
  enum Mode {
    /// To read alone.
    case reading
    /// To read and write one that is there.
    case writing
    /// To write one that is made where it is missing.
    case creating
  }

  /// How long a call waits for another program that has the database locked.
  private static let patience = 30_000

  /// Where the file is.
  let path: String
  /// Owned; used by calls on this object alone.
  private let handle: OpaquePointer

  /// Opens a database.
  ///
  /// - Throws: ``StudyRecordsError/database(path:operation:reason:)``.
  init(_ path: String, _ mode: Mode) throws(StudyRecordsError) {
    let access =
      switch mode {
      case .reading: SQLITE_OPEN_READONLY
      case .writing: SQLITE_OPEN_READWRITE
      case .creating: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    var opened: OpaquePointer?
    // One thread uses a connection, so that SQLite need not lock it.
    let code = unsafe sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX, nil)
    guard let handle = unsafe opened else {
      throw .database(path: path, operation: "open it", reason: "out of memory")
    }
    self.path = path
    unsafe self.handle = unsafe handle
    try check(code, "open it")
    unsafe sqlite3_extended_result_codes(handle, 1)
    try execute("PRAGMA busy_timeout = \(Self.patience)", to: "open it")
  }

  deinit {
    // Statements hold a reference, so none is left.
    unsafe sqlite3_close(handle)
  }

  /// Runs statements without values and results.
  ///
  /// - Parameters:
  ///   - statements: the text.
  ///   - purpose: what it is for, as messages say it: `save a trial`.
  /// - Throws: ``StudyRecordsError``.
  func execute(_ statements: String, to purpose: String) throws(StudyRecordsError) {
    try unsafe check(sqlite3_exec(handle, statements, nil, nil, nil), purpose)
  }

  /// Prepares a statement that is run many times.
  ///
  /// - Parameters:
  ///   - text: the statement, `?1`, `?2`… for its values.
  ///   - purpose: what it is for, as messages say it.
  /// - Returns: the statement.
  /// - Throws: ``StudyRecordsError``.
  func prepare(_ text: String, to purpose: String) throws(StudyRecordsError) -> Statement {
    var prepared: OpaquePointer?
    try unsafe check(
      sqlite3_prepare_v3(
        handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil), purpose)
    guard let statement = unsafe prepared else {
      preconditionFailure("no statement in `\(text)`")
    }
    return unsafe Statement(statement, of: self, purpose: purpose)
  }

  /// Does everything in a closure or nothing of it.
  ///
  /// - Returns: what the closure returns.
  func transaction<Value>(
    _ body: () throws(StudyRecordsError) -> Value
  ) throws(StudyRecordsError) -> Value {
    try execute("BEGIN IMMEDIATE", to: "begin a change")
    do {
      let value = try body()
      try execute("COMMIT", to: "save a change")
      return value
    } catch {
      // After some errors, as of a full disk, SQLite has rolled back by itself.
      if unsafe sqlite3_get_autocommit(handle) == 0 {
        // The error that matters is the one that is thrown.
        unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      }
      throw error
    }
  }

  /// Ends the write-ahead log, so that the database is one plain file; where others have it open, the log stays.
  func leaveLog() throws(StudyRecordsError) {
    // Whoever reads now may go on; there is nothing to wait for.
    unsafe sqlite3_busy_timeout(handle, 0)
    let code = unsafe sqlite3_exec(handle, "PRAGMA journal_mode = DELETE", nil, nil, nil)
    if code & 0xFF != SQLITE_BUSY { try check(code, "end its log") }
  }

  /// The row number that the last insertion made.
  var lastRow: Int { Int(unsafe sqlite3_last_insert_rowid(handle)) }

  /// Throws what a result code means, if it means an error.
  func check(_ code: Int32, _ purpose: String) throws(StudyRecordsError) {
    switch code & 0xFF {
    case SQLITE_OK, SQLITE_ROW, SQLITE_DONE: return
    case SQLITE_NOTADB: throw .notAStudy(path: path, reason: "it is no SQLite database")
    default: throw .database(path: path, operation: purpose, reason: reason(code))
    }
  }

  private func reason(_ code: Int32) -> String {
    let message = unsafe String(cString: sqlite3_errmsg(handle))
    switch code & 0xFF {
    case SQLITE_FULL: return "the disk is full"
    case SQLITE_BUSY: return "another program has locked it for \(Self.patience / 1000) seconds"
    case SQLITE_CORRUPT: return "the file is damaged (\(message))"
    case SQLITE_IOERR, SQLITE_CANTOPEN:
      let number = unsafe sqlite3_system_errno(handle)
      return number == 0 ? message : "\(message): \(FileError("use", path, code: number).reason)"
    default: return message
    }
  }
}
