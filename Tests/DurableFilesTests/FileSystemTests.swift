import DurableFiles
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("File system")
struct FileSystemTests {
  let folder: TemporaryFolder
  let fileSystem = FileSystem()

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test("a replaced file has the new content and leaves no other file")
  func replace() throws {
    let path = folder.file("a.json")
    try fileSystem.replaceFile(path, with: Array("one".utf8))
    try fileSystem.replaceFile(path, with: Array("second".utf8))
    #expect(try fileSystem.read(path) == Array("second".utf8))
    #expect(try fileSystem.names(in: folder.path) == ["a.json"])
  }

  @Test("a replacement that fails at any call leaves the old content or the new, and no other file")
  func replaceFailing() throws {
    let path = folder.file("a.json")
    for failing in 0..<6 {
      try fileSystem.replaceFile(path, with: Array("old".utf8))
      let count = Mutex(0)
      let faulty = FileSystem { operation throws(FileError) in
        let index = count.withLock { count in
          defer { count += 1 }
          return count
        }
        if index == failing { throw FileError("write", path, code: EIO) }
      }
      var failed = false
      do { try faulty.replaceFile(path, with: Array("new".utf8)) } catch { failed = true }
      #expect(failed == (failing < 5), "call \(failing)")
      let content = String(decoding: try fileSystem.read(path), as: UTF8.self)
      #expect(content == (failing < 4 ? "old" : "new"), "call \(failing)")
      #expect(try fileSystem.names(in: folder.path) == ["a.json"])
    }
  }

  @Test("a replacement clears away what killed processes left of theirs, and nothing else")
  func leftovers() throws {
    // Numbers of processes end at 4,194,304, and process 1 always runs.
    let kept = ["a.json.tmp-1", "a.json.tmp-x", "b.json.tmp-2000000000"]
    for name in kept + ["a.json.tmp-2000000000", "a.json.tmp-\(getpid())"] {
      _ = try fileSystem.createFile(folder.file(name))
    }
    try fileSystem.replaceFile(folder.file("a.json"), with: [1])
    #expect(try fileSystem.names(in: folder.path) == ["a.json"] + kept)
  }

  @Test("a file's owner is gone when its process is, noticed by its parent or not")
  func owner() throws {
    #expect(!FileOwner(pid: 1).isGone)
    #expect(FileOwner(pid: 2_000_000_000).isGone)
    #expect(FileOwner(pid: getpid()).isGone)
    var pid = pid_t()
    let code = unsafe posix_spawn(&pid, "/bin/true", nil, nil, [nil], nil)
    #expect(code == 0)
    var status = unsafe siginfo_t()
    // Until it has ended, without taking note of it.
    let result = unsafe waitid(P_PID, id_t(pid), &status, WEXITED | WNOWAIT)
    #expect(result == 0)
    #expect(FileOwner(pid: pid).isGone)
    #expect(waitpid(pid, nil, 0) == pid)
    #expect(FileOwner(pid: pid).isGone)
  }

  @Test("missing folders are made down to the last and existing ones accepted")
  func folders() throws {
    let path = folder.file("a/b/c")
    try fileSystem.createFolders(path)
    try fileSystem.createFolders(path + "/")
    #expect(fileSystem.kind(of: path) == .folder)
    try fileSystem.replaceFile(folder.file("file"), with: [])
    #expect(throws: FileError.self) { try fileSystem.createFolders(folder.file("file")) }
  }

  @Test("kinds and links are told apart without following links")
  func kinds() throws {
    try fileSystem.createLink(folder.file("link"), target: "nowhere")
    try fileSystem.replaceFile(folder.file("file"), with: [1, 2, 3])
    #expect(fileSystem.kind(of: folder.file("link")) == .link)
    #expect(fileSystem.target(ofLink: folder.file("link")) == "nowhere")
    #expect(fileSystem.target(ofLink: folder.file("file")) == nil)
    #expect(fileSystem.kind(of: folder.file("file")) == .file)
    #expect(try fileSystem.byteCount(of: folder.file("file")) == 3)
    #expect(fileSystem.kind(of: folder.path) == .folder)
    #expect(fileSystem.kind(of: folder.file("none")) == nil)
    #expect(fileSystem.kind(of: "/dev/null") == .other)
  }

  @Test("a full disk is told from other errors, in words")
  func full() throws {
    let file = try fileSystem.openForAppending("/dev/full")
    let error = #expect(throws: FileError.self) { try file.write([1, 2, 3]) }
    #expect(error?.isDiskFull == true)
    #expect(error?.description == "cannot write /dev/full: No space left on device")
  }

  @Test("an existing file is not made again")
  func taken() throws {
    _ = try fileSystem.createFile(folder.file("a"))
    do {
      _ = try fileSystem.createFile(folder.file("a"))
      Issue.record("the file was made twice")
    } catch {
      #expect(error.isTaken)
    }
  }

  @Test("reading beyond the end of a file throws")
  func cutOff() throws {
    try fileSystem.replaceFile(folder.file("a"), with: [1, 2, 3])
    let file = try InputFile(folder.file("a"))
    #expect(try file.read(1..<3) == [2, 3])
    #expect(throws: FileError.self) { try file.read(1..<4) }
  }

  @Test("folders and missing files cannot be opened for reading")
  func unreadable() {
    #expect(throws: FileError.self) { try fileSystem.read(folder.path) }
    let error = #expect(throws: FileError.self) { try fileSystem.read(folder.file("none")) }
    #expect(error?.isMissing == true)
  }

  @Test(
    "paths are split by their text",
    arguments: [
      ("a/b/c", "a/b", "c"), ("a", ".", "a"), ("/a", "/", "a"), ("a/b/", "a", "b"), ("/", "/", "/"),
      ("a//b", "a", "b"), ("runs/ä/x", "runs/ä", "x"),
    ])
  func paths(path: String, parent: String, name: String) {
    #expect(FilePath.parent(of: path) == parent)
    if path != "/" { #expect(FilePath.name(of: path) == name) }
  }
}
