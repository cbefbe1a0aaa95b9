import Checkpoints
import DurableFiles
import Glibc
import JSONText
import Tensors
import TestSupport
import Testing

@Suite("Crashes and full disks while writing checkpoints")
struct CrashTests {
  /// What is in the folder before the write that fails, and what is written.
  enum Scenario: CaseIterable {
    case first, second, sameStep, removing

    var before: [Int] {
      switch self {
      case .first: []
      case .second: [100]
      case .sameStep: [100, 200]
      case .removing: [50, 100]
      }
    }

    var retention: Retention {
      Retention(keepLast: self == .removing ? 1 : 5, keepBest: 1)
    }

    /// Writes the earlier checkpoints, on a disk without faults.
    func prepare() throws -> StoreFixture {
      let fixture = try StoreFixture()
      let store = try fixture.open(Retention(keepLast: 5))
      for step in before { try fixture.write(step, value: Double(step), to: store) }
      return fixture
    }

    /// Writes step 200 through a disk.
    func write(_ fixture: StoreFixture, _ disk: FaultyDisk) throws -> WrittenCheckpoint {
      let store = CheckpointStore(
        directory: fixture.directory, retention: retention, fileSystem: disk.fileSystem)
      return try fixture.write(200, value: 1, to: store)
    }

    /// How many calls an undisturbed write makes.
    var callCount: Int {
      get throws {
        let disk = FaultyDisk()
        _ = try write(prepare(), disk)
        return disk.operations.count
      }
    }

    func isLegal(_ latest: Int?) -> Bool {
      latest == before.last || latest == 200
    }
  }

  /// Expects that a folder can be read, opened, swept and written to, with nothing lost.
  func expectRecovery(
    _ scenario: Scenario, _ fixture: StoreFixture, _ comment: Comment
  ) throws {
    let reader = CheckpointStore(directory: fixture.directory)
    #expect(scenario.isLegal(try fixture.latestStep(of: reader)), comment)
    let store = try fixture.open(scenario.retention)
    let latest = try fixture.latestStep(of: store)
    #expect(scenario.isLegal(latest), comment)
    let names = try fixture.names
    #expect(names.allSatisfy { !$0.contains(".") }, "\(comment): \(names)")
    try fixture.write(300, value: 2, to: store)
    #expect(try fixture.latestStep(of: store) == 300, comment)
    #expect(FileSystem().target(ofLink: fixture.directory + "/last") == "step-000300")
  }

  @Test(
    "after a crash before any call the previous or the new checkpoint is there",
    arguments: Scenario.allCases)
  func crash(scenario: Scenario) throws {
    let count = try scenario.callCount
    #expect(count > 20)
    for call in 0..<count {
      let fixture = try scenario.prepare()
      let disk = FaultyDisk(.crash(at: call))
      do {
        let written = try scenario.write(fixture, disk)
        #expect(!written.warnings.isEmpty, "call \(call)")
      } catch is CheckpointError {
        // The write that was interrupted says so.
      }
      disk.losePower()
      try expectRecovery(
        scenario, fixture, "call \(call): \(String(describing: disk.operations.last))")
    }
  }

  @Test(
    "after a crash while clearing away after a crash nothing is lost", arguments: Scenario.allCases)
  func crashWhileSweeping(scenario: Scenario) throws {
    for call in 0..<(try scenario.callCount) {
      var sweepCall = 0
      while true {
        let fixture = try scenario.prepare()
        let disk = FaultyDisk(.crash(at: call))
        _ = try? scenario.write(fixture, disk)
        let second = FaultyDisk(.crash(at: sweepCall))
        let finished = (try? fixture.open(scenario.retention, second.fileSystem)) != nil
        try expectRecovery(scenario, fixture, "calls \(call) and \(sweepCall)")
        if finished { break }
        sweepCall += 1
      }
    }
  }

  @Test(
    "a single failed call leaves earlier checkpoints untouched and no temporary files",
    arguments: Scenario.allCases, [ENOSPC, EIO])
  func failure(scenario: Scenario, code: Int32) throws {
    var failures = 0
    for call in 0..<(try scenario.callCount) {
      let fixture = try scenario.prepare()
      do {
        let written = try scenario.write(fixture, FaultyDisk(.error(at: call, code: code)))
        #expect(written.warnings.count == 1, "call \(call): \(written.warnings)")
        #expect(try fixture.latestStep(of: try fixture.open()) == 200)
      } catch let error as CheckpointError {
        failures += 1
        switch error {
        case .diskFull: #expect(code == ENOSPC)
        case .file: #expect(code == EIO)
        default: Issue.record("\(error)")
        }
        #expect(try fixture.names.allSatisfy { !$0.contains(".tmp-") }, "call \(call)")
        for step in scenario.before {
          let name = "step-000" + (step < 100 ? "0" : "") + "\(step)"
          let path = "\(fixture.directory)/\(name)"
          try fixture.expectContent(CheckpointStore.load(path).checkpoint)
        }
      }
      try expectRecovery(scenario, fixture, "call \(call)")
    }
    #expect(failures > 10)
  }

  @Test("a disk too small is noticed before anything is written")
  func tooLarge() throws {
    let fixture = try StoreFixture()
    let disk = FaultyDisk()
    let store = try fixture.open()
    try fixture.write(100, to: store)
    let watched = CheckpointStore(directory: fixture.directory, fileSystem: disk.fileSystem)
    let memory = FloatStorage(count: 16)
    // Never read: half of all memory there could be is more than any disk has free.
    let view = unsafe FloatView(pointer: memory.view.pointer, count: 1 << 59)
    let huge = NamedTensor(name: "huge", shape: [1 << 59], values: view)
    let error = #expect(throws: CheckpointError.self) {
      try watched.write(Checkpoint(step: 200, model: [huge], optimizer: [], state: [:]))
    }
    guard case .diskFull(let path, let needed, let available?) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("step-000200") && needed > 1 << 61 && available < needed)
    #expect(disk.operations == [])
    #expect(try fixture.latestStep(of: store) == 100)
  }
}
