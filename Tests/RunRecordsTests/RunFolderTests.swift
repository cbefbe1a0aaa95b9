import DurableFiles
import JSONText
import RunRecords
import TestSupport
import Testing

@Suite("Run folders")
struct RunFolderTests {
  static let time = WallTime(seconds: 1_700_000_000)

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  func create(_ name: String) throws -> RunFolder {
    try RunFolder.create(root: folder.file("runs"), name: name, at: Self.time, isLocal: false)
  }

  @Test("a new folder is named by time and run, and runs of one second get numbers")
  func names() throws {
    let names = try (0..<3).map { _ in FilePath.name(of: try create("fashion-cnn").path) }
    let base = "20231114-221320-fashion-cnn"
    #expect(names == [base, base + "-2", base + "-3"])
  }

  @Test("an existing folder is never taken over, full or empty, nor is a file")
  func taken() throws {
    let fileSystem = FileSystem()
    let base = folder.file("runs/20231114-221320-x")
    try fileSystem.createFolders(base)
    try fileSystem.replaceFile(base + "/precious", with: [1])
    try fileSystem.replaceFile(base + "-2", with: [2])
    #expect(try create("x").path == base + "-3")
    #expect(try fileSystem.read(base + "/precious") == [1])
    #expect(try fileSystem.read(base + "-2") == [2])
  }

  @Test(
    "a name becomes one that every file system takes",
    arguments: [
      ("a b/c", "a-b-c"), ("../../etc", "etc"), ("", "run"), ("---", "run"), ("größe", "gr--e"),
      ("v1.2_x-y", "v1.2_x-y"), ("a\nb", "a-b"),
      (String(repeating: "a", count: 200), String(repeating: "a", count: 80)),
    ])
  func sanitized(name: String, expected: String) throws {
    #expect(FilePath.name(of: try create(name).path) == "20231114-221320-" + expected)
  }

  @Test("a folder that no run made cannot be opened")
  func open() throws {
    let made = try create("x")
    let error = #expect(throws: RunRecordsError.self) { try RunFolder.open(made.path) }
    #expect(error == .notARunFolder(path: made.path, reason: "it has no run.json"))
    #expect(throws: RunRecordsError.self) { try RunFolder.open(folder.file("none")) }
    try RunRecordTests.record().save(to: made)
    #expect(try RunFolder.open(made.path) == made)
  }
}

@Suite("Run records")
struct RunRecordTests {
  static func launch(_ ranks: Int = 2) -> RunLaunch {
    RunLaunch(
      started: RunFolderTests.time, arguments: ["lockstep", "train", "-c", "a b.yaml"],
      host: "node1",
      ranks: ranks, workers: 4,
      versions: [NamedText("lockstep", "0.1.0"), NamedText("oneDNN", "2.6.3")])
  }

  static func record() -> RunRecord {
    RunRecord(
      name: "mlp", seed: .max, data: [NamedText("train", "2d06800538d394c2")], launch: launch())
  }

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test("a record comes back equal, through every status and a resumption")
  func roundTrip() throws {
    let run = try RunFolder.create(root: folder.path, name: "mlp")
    var record = Self.record()
    func expectRoundTrip(sourceLocation: SourceLocation = #_sourceLocation) throws {
      try record.save(to: run)
      #expect(try RunRecord.load(from: run) == record, sourceLocation: sourceLocation)
    }
    try expectRoundTrip()
    record.end(.interrupted, reason: "SIGTERM", at: WallTime(seconds: 1_700_000_060.5))
    try expectRoundTrip()
    record.resume(Self.launch(4))
    #expect(record.launch.ranks == 4 && record.launch.status == .running)
    try expectRoundTrip()
    record.resume(Self.launch(1))
    #expect(record.earlierLaunches.map(\.status) == [.interrupted, .interrupted])
    #expect(record.earlierLaunches[1].exitReason == "it ended without a word")
    try expectRoundTrip()
    record.note(
      CheckpointCost(
        count: 5, pauseSeconds: 0.0125, longestPauseSeconds: 0.0078125, pauseShare: 0.0004))
    record.end(.finished, reason: "all 20 epochs done")
    try expectRoundTrip()
    let json = try JSONValue.parse(FileSystem().read(run.recordPath))
    #expect(json["checkpoints"]?["written"] == 5)
    #expect(json["checkpoints"]?["pause_seconds"] == 0.0125)
  }

  @Test("the file has the members that people and programs look for")
  func members() throws {
    let run = try RunFolder.create(root: folder.path, name: "mlp")
    var record = Self.record()
    record.end(.failed, reason: "loss is NaN at step 7", at: WallTime(seconds: 1_700_000_060))
    try record.save(to: run)
    let json = try JSONValue.parse(FileSystem().read(run.recordPath))
    #expect(json["status"] == "failed")
    #expect(json["started"] == "2023-11-14T22:13:20Z")
    #expect(json["ended"] == "2023-11-14T22:14:20Z")
    #expect(json["exit_reason"] == "loss is NaN at step 7")
    #expect(json["arguments"] == ["lockstep", "train", "-c", "a b.yaml"])
    #expect(json["ranks"] == 2 && json["workers"] == 4 && json["host"] == "node1")
    #expect(json["seed"] == "18446744073709551615")
    #expect(json["versions"]?["oneDNN"] == "2.6.3")
    #expect(json["data"]?["train"] == "2d06800538d394c2")
    #expect(try FileSystem().names(in: run.path) == ["run.json"])
  }

  @Test("a damaged record is named with the reason")
  func damaged() throws {
    let run = try RunFolder.create(root: folder.path, name: "mlp")
    for (text, reason) in [
      ("{", "quotes"), ("[]", "no object"), ("{\"version\":2}", "version 2"),
      ("{\"version\":1,\"seed\":-1}", "seed"),
    ] {
      try FileSystem().replaceFile(run.recordPath, with: Array(text.utf8))
      let error = #expect(throws: RunRecordsError.self) { try RunRecord.load(from: run) }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  }
}
