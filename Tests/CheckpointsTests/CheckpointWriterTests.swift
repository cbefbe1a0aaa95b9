import Checkpoints
import DurableFiles
import Glibc
import JSONText
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite("Checkpoints written in the background")
struct CheckpointWriterTests {
  let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  /// Tensors that may change while checkpoints of them are written.
  private struct Training {
    let model = StoreFixture.model(step: 0)
    let optimizer = StoreFixture.optimizer(step: 0)

    /// Goes on to a step.
    func move(to step: Int) {
      for (own, new) in [
        (model, StoreFixture.model(step: step)), (optimizer, StoreFixture.optimizer(step: step)),
      ] {
        for (tensor, values) in zip(own.tensors, new.values) { tensor.values.copy(from: values) }
      }
    }

    /// Goes on to a step and has its checkpoint begun.
    func checkpoint(_ step: Int, by writer: CheckpointWriter) throws {
      move(to: step)
      try writer.begin(
        Checkpoint(
          step: step, model: model.tensors, optimizer: optimizer.tensors,
          state: StoreFixture.state(step: step)))
      withExtendedLifetime(self) {}
    }
  }

  private func writer(
    on disk: FaultyDisk, beforeEach prepare: @escaping @Sendable () throws -> Void = {}
  ) throws -> CheckpointWriter {
    CheckpointWriter(
      CheckpointStore(directory: try fixture.open().directory, fileSystem: disk.fileSystem),
      beforeEach: prepare)
  }

  @Test("have the numbers of the moment when they were begun, whatever changes meanwhile")
  func snapshot() throws {
    let disk = FaultyDisk(.hold(at: 0))
    let writer = try writer(on: disk)
    let training = Training()
    try training.checkpoint(100, by: writer)
    training.move(to: 101)
    #expect(try writer.completed() == nil)
    #expect(try fixture.names == [])
    disk.release()
    let write = try #require(try writer.wait())
    #expect(write.step == 100 && write.seconds > 0)
    #expect(write.checkpoint.path.hasSuffix("step-000100"))
    #expect(try fixture.latestStep(of: writer.store()) == 100)
  }

  @Test("are the same whether their memory was taken beforehand or not")
  func reserved() throws {
    let training = Training()
    let writer = try writer(on: FaultyDisk())
    try writer.reserveMemory(
      model: training.model.tensors, optimizer: training.optimizer.tensors)
    for step in [100, 200] {
      try training.checkpoint(step, by: writer)
      #expect(try writer.wait()?.step == step)
      #expect(try fixture.latestStep(of: writer.store()) == step)
    }
  }

  @Test("are told of once, by whichever way is asked first")
  func toldOnce() throws {
    let writer = try writer(on: FaultyDisk())
    let training = Training()
    #expect(try writer.wait() == nil && writer.completed() == nil)
    for step in [100, 200] {
      try training.checkpoint(step, by: writer)
      var told: CompletedWrite?
      while told == nil { told = step == 100 ? try writer.completed() : try writer.wait() }
      #expect(told?.step == step)
      #expect(try writer.completed() == nil && writer.wait() == nil)
    }
    #expect(try fixture.latestStep(of: writer.store()) == 200)
  }

  @Test("fail as a write in the foreground does, and the next one goes well", arguments: 0..<12)
  func failure(call: Int) throws {
    try fixture.write(100, to: try fixture.open())
    let writer = try writer(on: FaultyDisk(.error(at: call, code: ENOSPC)))
    let training = Training()
    try training.checkpoint(200, by: writer)
    let error = #expect(throws: CheckpointError.self) { try writer.wait() }
    guard case .diskFull(let path, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("step-000200"))
    #expect(try fixture.names == ["last", "step-000100"])
    #expect(try fixture.latestStep(of: writer.store()) == 100)
    // It is told of once, too.
    #expect(try writer.wait() == nil)
    try training.checkpoint(300, by: writer)
    #expect(try writer.wait()?.step == 300)
    #expect(try fixture.latestStep(of: writer.store()) == 300)
  }

  @Test("touch the disk only after what must be there before them")
  func preparation() throws {
    let disk = FaultyDisk()
    let callsBefore = Mutex<[Int]>([])
    let writer = try writer(on: disk) {
      callsBefore.withLock { $0.append(disk.operations.count) }
      if callsBefore.withLock({ $0.count }) == 2 {
        throw FileError("synchronize", "metrics.jsonl", code: EIO)
      }
    }
    let training = Training()
    try training.checkpoint(0, by: writer)
    _ = try writer.wait()
    let calls = disk.operations.count
    #expect(calls > 10)
    try training.checkpoint(1, by: writer)
    #expect(throws: FileError("synchronize", "metrics.jsonl", code: EIO)) { try writer.wait() }
    #expect(callsBefore.withLock { $0 } == [0, calls])
    #expect(disk.operations.count == calls)
  }

  @Test("leave SIGINT and SIGTERM to the other threads")
  func signals() throws {
    @Sendable func areBlocked() -> Bool {
      var mask = sigset_t()
      unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
      return unsafe sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1
    }
    let former = areBlocked()
    let inBackground = Mutex<Bool?>(nil)
    let writer = try writer(on: FaultyDisk()) { inBackground.withLock { $0 = areBlocked() } }
    try Training().checkpoint(0, by: writer)
    #expect(areBlocked() == former)
    _ = try writer.wait()
    #expect(inBackground.withLock { $0 } == true)
  }

  @Test("are completed even where nobody waits for them")
  func dropped() throws {
    let disk = FaultyDisk(.hold(at: 3))
    do {
      let writer = try writer(on: disk)
      try Training().checkpoint(0, by: writer)
      disk.release()
    }
    #expect(try fixture.latestStep(of: CheckpointStore(directory: fixture.directory)) == 0)
  }

  @Test("are copied tensor by tensor, in any number and size")
  func copies() {
    let source = TestTensors([
      ("a", [3], [1, 2, 3]), ("none", [0], []), ("b", [17], (0..<17).map { Float($0) }),
    ])
    let snapshot = TensorSnapshot(like: source.tensors)
    #expect(snapshot.tensors.map(\.name) == ["a", "none", "b"])
    #expect(snapshot.tensors.map(\.shape) == source.tensors.map(\.shape))
    #expect(snapshot.tensors.allSatisfy { $0.values.array.allSatisfy { $0 == 0 } })
    snapshot.copy(from: source.tensors)
    let copied = source.values
    for tensor in source.tensors { tensor.values.fill(with: -1) }
    #expect(snapshot.tensors.map(\.values.array) == copied)
  }
}
