import DurableFiles
import TestSupport
import Testing

@Suite("A lock file")
struct FileLockTests {
  /// Whether the lock can be had; it is let go at once.
  func isFree(_ path: String) throws(FileError) -> Bool {
    guard let lock = try FileLock(path) else { return false }
    _ = consume lock
    return true
  }

  /// Calls a closure while the lock is held.
  func holding(_ path: String, _ body: () throws -> Void) throws {
    guard let lock = try FileLock(path) else {
      Issue.record("another holds the lock")
      return
    }
    try body()
    _ = consume lock
  }

  @Test("one holds it at a time, is named, and leaves nothing behind")
  func holder() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lock")
    #expect(FileLock.holder(of: path) == nil)
    try holding(path) { () throws in
      #expect(try !isFree(path))
      #expect(FileLock.holder(of: path)?.hasPrefix("process ") == true)
      // Neither asking nor trying takes it away.
      #expect(try !isFree(path))
    }
    #expect(FileLock.holder(of: path) == nil)
    #expect(FileSystem().kind(of: path) == nil)
    #expect(try isFree(path))
  }

  @Test("a file without a holder is as good as none, and a folder that is missing is an error")
  func stale() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lock")
    try FileSystem().replaceFile(path, with: Array("process 1 on elsewhere, long ago".utf8))
    #expect(FileLock.holder(of: path) == nil)
    #expect(try isFree(path))
    #expect(throws: FileError.self) { try isFree(folder.file("none/lock")) }
  }
}
