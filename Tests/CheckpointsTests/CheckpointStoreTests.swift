import Checkpoints
import DurableFiles
import JSONText
import Tensors
import TestSupport
import Testing

@Suite("Checkpoint store")
struct CheckpointStoreTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  @Test("a checkpoint comes back with the same bits, state and metric")
  func roundTrip() throws {
    let store = try fixture.open()
    let written = try fixture.write(500, value: 0.25, to: store)
    #expect(written.path == fixture.directory + "/step-000500")
    #expect(written.removed == [] && written.warnings == [])
    #expect(
      try FileSystem().names(in: written.path)
        == ["manifest.json", "model.safetensors", "optimizer.safetensors", "state.json"])
    let (checkpoint, skipped) = try store.loadLatestValid()
    #expect(skipped == [])
    #expect(checkpoint.step == 500)
    #expect(checkpoint.monitored == MonitoredMetric(name: "validation/loss", value: 0.25))
    try fixture.expectContent(checkpoint)
  }

  @Test("the files are complete and on the disk before the folder gets its name")
  func order() throws {
    let store = try fixture.open()
    try fixture.write(100, to: store)
    let disk = FaultyDisk()
    let watched = CheckpointStore(directory: fixture.directory, fileSystem: disk.fileSystem)
    try fixture.write(200, value: 1, to: watched)
    let operations = disk.operations.filter { if case .write = $0 { false } else { true } }
    let target = fixture.directory + "/step-000200"
    guard case .createFolder(let temporary) = operations.first else {
      Issue.record("the first call is \(String(describing: operations.first))")
      return
    }
    #expect(temporary.hasPrefix(target + ".tmp-"))
    let files = ["model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"]
      .flatMap { name -> [FileOperation] in
        [.openFile("\(temporary)/\(name)"), .synchronize("\(temporary)/\(name)")]
      }
    let expected: [FileOperation] =
      [.createFolder(temporary)] + files + [
        .synchronizeFolder(temporary), .rename(from: temporary, to: target),
        .synchronizeFolder(fixture.directory),
      ]
    #expect(Array(operations.prefix(expected.count)) == expected)
    let links = operations.dropFirst(expected.count)
    #expect(links.count == 7, "two links of three calls each and the last synchronization")
  }

  @Test("links point at the last and the best checkpoint and are relative")
  func links() throws {
    let store = try fixture.open(Retention(keepLast: 5))
    for (step, value) in [(100, 0.5), (200, 0.25), (300, 0.75)] {
      try fixture.write(step, value: value, to: store)
    }
    let fileSystem = FileSystem()
    #expect(fileSystem.target(ofLink: fixture.directory + "/last") == "step-000300")
    #expect(fileSystem.target(ofLink: fixture.directory + "/best") == "step-000200")
    #expect(try store.loadBestValid().checkpoint.step == 200)
    #expect(try CheckpointStore.load(fixture.directory + "/best").checkpoint.step == 200)
  }

  @Test("the last n and the best m are kept, whatever order values come in")
  func retention() throws {
    let store = try fixture.open(Retention(keepLast: 2, keepBest: 2))
    for (step, value) in [(1, 0.3), (2, 0.1), (3, 0.2), (4, 0.9), (5, 0.8), (6, .nan)] {
      try fixture.write(step, value: value, to: store)
    }
    #expect(
      try fixture.names
        == ["best", "last", "step-000002", "step-000003", "step-000005", "step-000006"])
    let written = try fixture.write(7, to: store)
    #expect(written.removed == ["step-000005"])
  }

  @Test("of equal values the first is the best; a direction of maximize turns the order around")
  func ties() throws {
    let store = try fixture.open(
      Retention(keepLast: 1, keepBest: 1, monitor: "validation/loss", direction: .maximize))
    for (step, value) in [(1, 0.3), (2, 0.9), (3, 0.9), (4, 0.2)] {
      try fixture.write(step, value: value, to: store)
    }
    #expect(try fixture.names == ["best", "last", "step-000002", "step-000004"])
    #expect(FileSystem().target(ofLink: fixture.directory + "/best") == "step-000002")
  }

  @Test("values of another metric are not compared, and what `best` points at stays")
  func otherMetric() throws {
    try fixture.write(1, value: 0.1, to: try fixture.open(Retention(keepLast: 1)))
    let store = try fixture.open(
      Retention(keepLast: 1, keepBest: 1, monitor: "validation/accuracy", direction: .maximize))
    try fixture.write(2, value: 0.2, to: store)
    try fixture.write(3, value: 0.3, to: store)
    #expect(try fixture.names == ["best", "last", "step-000001", "step-000003"])
  }

  @Test("files and folders of others are never touched")
  func foreign() throws {
    let store = try fixture.open(Retention(keepLast: 1, keepBest: 0))
    let fileSystem = FileSystem()
    try fixture.write(1, to: store)
    try fixture.write(2, to: store)
    let foreign = [
      "notes.txt", "step-abc", "step-000009.txt", "step-9", "step-000009.tmp-x", "old.tmp-3",
      "step-000009.bak-7",
    ]
    for name in foreign { try fileSystem.createFolder("\(fixture.directory)/\(name)") }
    try fileSystem.replaceFile("\(fixture.directory)/step-000002/notes.txt", with: [1])
    try fixture.write(3, to: try fixture.open(Retention(keepLast: 1, keepBest: 0)))
    #expect(Set(try fixture.names).isSuperset(of: foreign + ["step-000002", "step-000003"]))
    #expect(try fileSystem.read("\(fixture.directory)/step-000002/notes.txt") == [1])
  }

  @Test("a file called `last` that is no link is left alone, with a warning")
  func foreignLink() throws {
    let store = try fixture.open()
    try FileSystem().replaceFile(fixture.directory + "/last", with: [1])
    let written = try fixture.write(1, to: store)
    #expect(written.warnings.count == 1)
    #expect(written.warnings.first?.contains("not a link") == true)
    #expect(try FileSystem().read(fixture.directory + "/last") == [1])
    #expect(try fixture.latestStep(of: store) == 1)
  }

  @Test("what was written last counts as latest, also after going back to an old checkpoint")
  func goingBack() throws {
    let store = try fixture.open(Retention(keepLast: 2, keepBest: 0))
    for step in [500, 1000, 600] { try fixture.write(step, to: store) }
    #expect(try fixture.latestStep(of: store) == 600)
    try fixture.write(700, to: store)
    #expect(try fixture.names == ["last", "step-000600", "step-000700"])
  }

  @Test("a checkpoint of the same step is replaced")
  func sameStep() throws {
    let store = try fixture.open()
    try fixture.write(500, value: 1, to: store)
    let written = try fixture.write(500, value: 2, to: store)
    #expect(written.warnings == [])
    #expect(try fixture.names == ["best", "last", "step-000500"])
    #expect(try store.loadLatestValid().checkpoint.monitored?.value == 2)
  }

  @Test("opening clears away what a killed process left, and nothing of a living one")
  func sweep() throws {
    _ = try fixture.open()
    let fileSystem = FileSystem()
    // Numbers of processes end at 4,194,304, and process 1 always runs.
    let dead = 2_000_000_000
    let stale = ["step-000100.tmp-\(dead)", "step-000200.del-\(dead)"]
    for name in stale + ["step-000300.tmp-1"] {
      try fileSystem.createFolder("\(fixture.directory)/\(name)")
      try fileSystem.replaceFile("\(fixture.directory)/\(name)/state.json", with: [1])
    }
    try fileSystem.createLink("\(fixture.directory)/last.tmp-\(dead)", target: "nowhere")
    _ = try fixture.open()
    #expect(try fixture.names == ["step-000300.tmp-1"])
  }

  @Test("steps beyond six digits keep their order")
  func longSteps() throws {
    let store = try fixture.open(Retention(keepLast: 9))
    for step in [0, 999_999, 1_000_000, 12_345_678] { try fixture.write(step, to: store) }
    #expect(try fixture.latestStep(of: store) == 12_345_678)
    #expect(try fixture.names.contains("step-12345678"))
  }

  @Test("a run folder, its checkpoints, one checkpoint and both links can be named")
  func naming() throws {
    let store = try fixture.open()
    try fixture.write(1, value: 0.1, to: store)
    try fixture.write(2, value: 0.2, to: store)
    for (path, step) in [
      (fixture.folder.path, 2), (fixture.directory, 2), (fixture.directory + "/last", 2),
      (fixture.directory + "/last/", 2), (fixture.directory + "/best", 1),
      (fixture.directory + "/step-000001", 1), (fixture.directory + "/step-000001/", 1),
    ] {
      #expect(try CheckpointStore.load(path).checkpoint.step == step, "\(path)")
    }
    #expect(throws: CheckpointError.self) { try CheckpointStore.load(fixture.folder.file("no")) }
  }

  @Test("a folder without checkpoints says so")
  func none() throws {
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointStore(directory: fixture.directory).loadLatestValid()
    }
    #expect(error?.description == "no checkpoint in \(fixture.directory)")
    #expect(throws: CheckpointError.self) { try fixture.open().loadBestValid() }
  }
}

@Suite("Checkpoints of other models")
struct TensorDifferenceTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  @Test(
    "all that is missing, unexpected or of another shape is in one message, and nothing is read")
  func message() throws {
    let store = try fixture.open()
    try fixture.write(1, to: store)
    let other = TestTensors([
      ("dense_1.weight", [5, 3], Array(repeating: 9, count: 15)), ("dense_2.bias", [2], [9, 9]),
    ])
    let checkpoint = try store.loadLatestValid().checkpoint
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.restore(model: other.tensors)
    }
    #expect(
      error?.description == """
        \(fixture.directory)/step-000001/model.safetensors is a checkpoint of another model:
          missing (1): dense_2.bias [2]
          unexpected (1): dense_1.bias [3]
          other shape (1): dense_1.weight is [3, 5] there, [5, 3] here
        """)
    #expect(other.values.joined().allSatisfy { $0 == 9 })
  }

  @Test("a wrong optimizer leaves the model's tensors alone")
  func optimizer() throws {
    let store = try fixture.open()
    try fixture.write(1, to: store)
    let checkpoint = try store.loadLatestValid().checkpoint
    #expect(throws: CheckpointError.self) {
      try checkpoint.restore(model: fixture.memory.tensors, optimizer: [])
    }
    #expect(fixture.memory.values == StoreFixture.model(step: 0).values)
    try checkpoint.restore(model: fixture.memory.tensors)
    #expect(fixture.memory.values == StoreFixture.model(step: 1).values)
  }

  @Test("long groups are cut to eight tensors")
  func long() {
    let names = (10..<30).map { (name: "t\($0)", shape: [1] as Shape) }
    let difference = TensorDifference(found: names, expected: [])
    #expect(difference.unexpected.count == 20)
    #expect(difference.description.hasSuffix("t17 [1], … and 12 more"))
  }
}
