import DurableFiles
import HyperparameterSearch
import TestSupport
import Testing

@testable import StudyRecords

@Suite("Records that cannot be used")
struct StudyFaultTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("study.db")
  }

  /// The messages of a writer and a reader that open the records.
  func messages() -> [String] {
    var messages: [String] = []
    do { _ = try StudyStore.open(path, space: ExampleStudy.space) } catch {
      messages.append("\(error)")
    }
    do { _ = try StudySnapshot(path) } catch { messages.append("\(error)") }
    return messages
  }

  func expectNoStudy(_ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let message = """
      \(path) is no study: \(reason)
        hint: give a folder below sweeps/, as `sweep` printed it
      """
    #expect(messages() == [message, message], sourceLocation: sourceLocation)
  }

  @Test("a second writer is refused, and names the first")
  func secondWriter() throws {
    let store = try ExampleStudy.create(path)
    let error = #expect(throws: StudyRecordsError.self) {
      _ = try StudyStore.open(path, space: ExampleStudy.space)
    }
    let message = try #require(error?.description)
    #expect(
      message.hasPrefix("the study's records in \(path) are being written by process "),
      "\(message)")
    try store.close()
    _ = try StudyStore.open(path, space: ExampleStudy.space)
  }

  @Test("the lock that a killed writer left keeps nobody out")
  func staleLock() throws {
    try ExampleStudy.create(path).close()
    try FileSystem().replaceFile(path + ".lock", with: Array("process 1 on elsewhere".utf8))
    #expect(try StudySnapshot(path).writer == nil)
    _ = try StudyStore.open(path, space: ExampleStudy.space)
  }

  @Test("records that are not there")
  func missing() { expectNoStudy("it does not exist") }

  @Test("records are not made over something else")
  func taken() throws {
    try FileSystem().replaceFile(path, with: [])
    let error = #expect(throws: StudyRecordsError.self) { _ = try ExampleStudy.create(path) }
    #expect(error?.description == "cannot create the study's records \(path): something is there")
  }

  @Test("a file of something else")
  func noDatabase() throws {
    try FileSystem().replaceFile(path, with: Array(repeating: 65, count: 5000))
    expectNoStudy("it is no SQLite database")
  }

  @Test("an empty file, as of a study that was killed while it was made")
  func empty() throws {
    try FileSystem().replaceFile(path, with: [])
    expectNoStudy("it has not the tables of one")
  }

  @Test("tables of another version")
  func version() throws {
    let store = try ExampleStudy.create(path)
    try store.database.execute("UPDATE version_info SET schema_version = 11", to: "test")
    try store.close()
    expectNoStudy("its tables are of version 11 of Optuna's schema, expected 12")
  }

  @Test("a study of Optuna itself")
  func other() throws {
    let store = try ExampleStudy.create(path)
    try store.database.execute("DELETE FROM study_user_attributes", to: "test")
    try store.close()
    expectNoStudy("it holds no study of this program")
  }

  @Test("records of a later version of this program")
  func later() throws {
    let store = try ExampleStudy.create(path)
    try store.database.execute(
      "UPDATE study_user_attributes SET value_json = '2' WHERE key = 'lockstep'", to: "test")
    try store.close()
    expectNoStudy("its records are of version 2, expected 1")
  }

  @Test("a damaged file is refused before anything is written")
  func damaged() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    try store.close()
    var bytes = try FileSystem().read(path)
    for index in 4096..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
    try FileSystem().replaceFile(path, with: bytes)
    let messages = messages()
    #expect(messages.count == 2)
    for message in messages { #expect(message.contains("the file is damaged ("), "\(message)") }
    #expect(try FileSystem().read(path) == bytes)
  }

  @Test("a full disk is said to be full, and what was recorded before stays")
  func full() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    try store.database.execute("PRAGMA max_page_count = 1", to: "test")
    let error = #expect(throws: StudyRecordsError.self) {
      for number in 5..<5000 { try store.begin(ExampleStudy.trial(number), at: ExampleStudy.time) }
    }
    #expect(
      error?.description
        == "the study's records in \(path): cannot save a trial: the disk is full")
    let count = try store.trials.count
    #expect(count >= 5)
    try store.database.execute("PRAGMA max_page_count = 1000000", to: "test")
    try store.begin(ExampleStudy.trial(count), at: ExampleStudy.time)
    #expect(try store.trials.count == count + 1)
  }
}
