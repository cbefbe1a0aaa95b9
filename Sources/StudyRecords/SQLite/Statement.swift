internal import CSQLite

/// A value of a column.
enum SQLValue {
  /// Nothing.
  case null
  /// A whole number.
  case integer(Int)
  /// A number; not a NaN, which SQLite takes for nothing.
  case real(Double)
  /// A text.
  case text(String)
}

/// A prepared statement.
@safe
final class Statement {
  /// Keeps the connection open as long as the statement lives.
  private let database: Database
  /// Owned; used by calls on this object alone.
  private let handle: OpaquePointer
  private let purpose: String

  /// Takes over what SQLite prepared.
  @unsafe init(_ handle: OpaquePointer, of database: Database, purpose: String) {
    unsafe self.handle = unsafe handle
    self.database = database
    self.purpose = purpose
  }

  deinit {
    unsafe sqlite3_finalize(handle)
  }

  /// Runs the statement for what it changes.
  func run(_ values: SQLValue...) throws(StudyRecordsError) {
    try rows(values) { (_) throws(StudyRecordsError) in }
  }

  /// Runs the statement and calls a closure with each row of its result.
  func forEach(
    _ values: SQLValue..., body: (borrowing Row) throws(StudyRecordsError) -> Void
  ) throws(StudyRecordsError) {
    try rows(values, body)
  }

  private func rows(
    _ values: [SQLValue], _ body: (borrowing Row) throws(StudyRecordsError) -> Void
  ) throws(StudyRecordsError) {
    // The next run begins afresh; an error of this one was thrown already.
    defer { unsafe sqlite3_reset(handle) }
    for (index, value) in values.enumerated() { try bind(value, Int32(index + 1)) }
    while true {
      let code = unsafe sqlite3_step(handle)
      try database.check(code, purpose)
      if code == SQLITE_DONE { return }
      try unsafe body(Row(handle))
    }
  }

  private func bind(_ value: SQLValue, _ index: Int32) throws(StudyRecordsError) {
    let code =
      switch value {
      case .null: unsafe sqlite3_bind_null(handle, index)
      case .integer(let value): unsafe sqlite3_bind_int64(handle, index, Int64(value))
      case .real(let value): unsafe sqlite3_bind_double(handle, index, value)
      case .text(let value):
        unsafe sqlite3_bind_text(handle, index, value, Int32(value.utf8.count), Self.copied)
      }
    try database.check(code, purpose)
  }

  /// `SQLITE_TRANSIENT`, a macro that Swift does not see: SQLite copies the text before the call returns.
  private static var copied: sqlite3_destructor_type {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }
}

/// The row that a statement is at; valid while the closure that got it runs.
@safe
struct Row: ~Copyable {
  private let handle: OpaquePointer

  @unsafe fileprivate init(_ handle: OpaquePointer) {
    unsafe self.handle = unsafe handle
  }

  /// Whether a column holds nothing.
  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  /// A column as a whole number, 0 where it is none.
  func integer(_ column: Int32) -> Int { Int(unsafe sqlite3_column_int64(handle, column)) }

  /// A column as a number, 0 where it is none.
  func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }

  /// A column as text, empty where it holds nothing.
  func text(_ column: Int32) -> String {
    guard let bytes = unsafe sqlite3_column_text(handle, column) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
