import Checkpoints
import DurableFiles
import Glibc
import JSONText
import Synchronization
import Tensors
import TestSupport
import Testing

/// A file system that kills the process with SIGKILL before one of its calls.
private func killing(at call: Int) -> FileSystem {
  let count = Atomic(0)
  return FileSystem { _ in
    if count.wrappingAdd(1, ordering: .relaxed).oldValue == call { kill(getpid(), SIGKILL) }
  }
}

/// Where a file system of half a megabyte in memory may be mounted: by root, outside most
/// containers.
private func mountSmallDisk(at path: String) -> Bool {
  unsafe mount("tmpfs", path, "tmpfs", 0, "size=512k") == 0
}

private let maySmallDiskBeMounted: Bool = {
  guard let folder = try? TemporaryFolder(), mountSmallDisk(at: folder.path) else { return false }
  return unsafe umount2(folder.path, Int32(MNT_DETACH)) == 0
}()

@Suite("Checkpoints and the operating system")
struct KillTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  @Test(
    "a process killed while it writes leaves a valid checkpoint",
    arguments: [0, 1, 3, 6, 10, 13, 14, 15, 16, 18, 20])
  func killed(call: Int) async throws {
    let store = try fixture.open()
    try fixture.write(100, value: 1, to: store)
    let directory = fixture.directory
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [directory = directory as String, call = call as Int] in
      let store = CheckpointStore(directory: directory, fileSystem: killing(at: call))
      try StoreFixture.write(200, value: 0.5, to: store)
    }
    let latest = try fixture.latestStep(of: try fixture.open())
    #expect(latest == 100 || latest == 200)
    #expect(try fixture.names.allSatisfy { !$0.contains(".") })
  }

  @Test(
    "a process killed while it writes in the background leaves a valid checkpoint",
    arguments: [0, 2, 5, 9, 12, 13, 14, 15, 17, 20])
  func killedInBackground(call: Int) async throws {
    let store = try fixture.open()
    try fixture.write(100, value: 1, to: store)
    let directory = fixture.directory
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [directory = directory as String, call = call as Int] in
      let writer = CheckpointWriter(
        CheckpointStore(directory: directory, fileSystem: killing(at: call)))
      let model = StoreFixture.model(step: 200)
      let optimizer = StoreFixture.optimizer(step: 200)
      try writer.begin(
        Checkpoint(
          step: 200, model: model.tensors, optimizer: optimizer.tensors,
          state: StoreFixture.state(step: 200)))
      // What training does meanwhile is no part of the checkpoint.
      for tensor in model.tensors + optimizer.tensors { tensor.values.fill(with: .nan) }
      _ = try writer.wait()
    }
    let latest = try fixture.latestStep(of: try fixture.open())
    #expect(latest == 100 || latest == 200)
    #expect(try fixture.names.allSatisfy { !$0.contains(".") })
  }

  @Test("a limit on the size of files stops a write halfway and leaves nothing of it")
  func fileSizeLimit() async throws {
    let store = try fixture.open()
    try fixture.write(100, to: store)
    let directory = fixture.directory
    await #expect(processExitsWith: .success) { [directory = directory as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      let result = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      precondition(result == 0)
      let large = TestTensors([("large", [50_000], Array(repeating: 1, count: 50_000))])
      let error = #expect(throws: CheckpointError.self) {
        try CheckpointStore(directory: directory).write(
          Checkpoint(step: 200, model: large.tensors, optimizer: [], state: [:]))
      }
      withExtendedLifetime(large) {}
      precondition(error?.description.contains("File too large") == true)
    }
    #expect(try fixture.names == ["last", "step-000100"])
    #expect(try fixture.latestStep(of: store) == 100)
  }

  @Test(
    "a disk that is full before or during a write keeps the last good checkpoint",
    .enabled(if: maySmallDiskBeMounted, "mounting a small file system needs the rights to"))
  func smallDisk() throws {
    let folder = try TemporaryFolder()
    #expect(mountSmallDisk(at: folder.path))
    defer { _ = unsafe umount2(folder.path, Int32(MNT_DETACH)) }
    let directory = folder.file("checkpoints")
    let store = try CheckpointStore.open(directory: directory)
    try fixture.write(100, to: store)
    let large = TestTensors([("large", [60_000], Array(repeating: 1, count: 60_000))])
    defer { withExtendedLifetime(large) {} }
    func writeLarge(_ fileSystem: FileSystem) throws -> WrittenCheckpoint {
      try CheckpointStore(directory: directory, fileSystem: fileSystem).write(
        Checkpoint(step: 200, model: large.tensors, optimizer: [], state: [:]))
    }
    func expectFull(_ fileSystem: FileSystem) throws {
      let error = #expect(throws: CheckpointError.self) { try writeLarge(fileSystem) }
      guard case .diskFull(_, let needed, let available?) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(needed > 240_000 && available < needed)
      #expect(try FileSystem().names(in: directory) == ["last", "step-000100"])
      #expect(try fixture.latestStep(of: store) == 100)
    }
    // Somebody else fills the disk after the check of its free space, before the first write.
    try expectFull(
      FileSystem { operation throws(FileError) in
        if case .createFolder = operation {
          let filler = try FileSystem().createFile(folder.file("filler"))
          try filler.write([UInt8](repeating: 0, count: 300_000))
        }
      })
    // Now the check finds it full.
    try expectFull(FileSystem())
    try FileSystem().remove(folder.file("filler"))
    #expect(try writeLarge(FileSystem()).warnings == [])
    #expect(try store.loadLatestValid().checkpoint.step == 200)
  }
}
