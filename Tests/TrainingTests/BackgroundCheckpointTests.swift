import Checkpoints
import Configuration
import DataParallelism
import Datasets
import Dispatch
import DurableFiles
import Glibc
import MessagePassing
import Networks
import Optimizers
import Synchronization
import TestSupport
import Testing

@testable import Training

/// Keeps steps and checkpoints in the order in which they are told of.
private final class StepDiary: TrainingObserver {
  private(set) var entries: [String] = []
  private(set) var pauses: CheckpointPauses?
  private let afterStep: (Int) -> Void

  init(afterStep: @escaping (Int) -> Void = { _ in }) {
    self.afterStep = afterStep
  }

  func handle(_ event: TrainingEvent) {
    switch event {
    case .step(let report):
      entries.append("step \(report.step)")
      afterStep(report.step)
    case .checkpoint(let step, let path, _):
      entries.append("checkpoint \(step)")
      #expect(path.hasSuffix("step-00000\(step)"))
    case .checkpointsCompleted(let pauses):
      entries.append("all checkpoints")
      self.pauses = pauses
    case .warning(let text): entries.append("warning: \(text)")
    default: break
    }
  }
}

@Suite("A run whose checkpoints are written in the background", .serialized)
struct BackgroundCheckpointTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder(inMemory: true)
  }

  /// Trains with a checkpoint after every so many steps, on a disk.
  private func train(
    steps: Int, every: Int, on disk: FileSystem, _ observer: any TrainingObserver
  ) throws -> CheckpointStore {
    try withWorld { world in
      let settings = TrainSettings(
        length: .steps(steps), globalBatch: 4,
        checkpoint: CheckpointSettings(everySteps: every, keepLast: 100))
      let plan = try TrainingPlan(
        model: Sequential { Dense(2) }, data: DataSplits(train: RunTests.points(12)),
        loss: CrossEntropy(), optimizer: Adam(), settings: settings, shards: 2, seed: 1)
      let session = try TrainingSession(plan, workers: 2, world: world)
      try session.initialize()
      let store = CheckpointStore(
        directory: folder.path, retention: plan.retention, fileSystem: disk)
      _ = try session.run(
        from: TrainingProgress(),
        borders: RunKeeper(session, writer: CheckpointWriter(store), observers: [observer]))
      try session.exchange.close()
      return store
    }
  }

  @Test("trains on meanwhile, tells of them in order, and ends when the last is complete")
  func order() throws {
    let released = DispatchSemaphore(value: 0)
    let isHeld = Mutex(true)
    let disk = FileSystem { _ throws(FileError) in
      guard isHeld.withLock({ $0 }) else { return }
      // Fails the test, rather than to stop it for ever, where training waits for the disk.
      if released.wait(timeout: .now() + 60) == .timedOut {
        throw FileError("wait for", "step 7", reason: "training stood still")
      }
      isHeld.withLock { $0 = false }
    }
    let diary = StepDiary { if $0 == 7 { released.signal() } }
    let store = try train(steps: 8, every: 6, on: disk, diary)
    #expect(diary.entries.prefix(7) == (1...7).map { "step \($0)" }[...])
    #expect(
      diary.entries.dropFirst(7).filter { $0 != "step 8" } == [
        "checkpoint 6", "checkpoint 8", "all checkpoints",
      ])
    #expect(try store.loadLatestValid().checkpoint.step == 8)
    let pauses = try #require(diary.pauses)
    #expect(pauses.count == 2 && pauses.longest > 0)
    #expect(pauses.longest <= pauses.seconds && pauses.seconds < pauses.runSeconds)
  }

  @Test("waits for the one before where the disk is slower than training")
  func slow() throws {
    let disk = FileSystem { _ in usleep(500) }
    let diary = StepDiary()
    let store = try train(steps: 6, every: 1, on: disk, diary)
    let told = diary.entries.filter { $0.hasPrefix("checkpoint ") }
    #expect(told == (1...6).map { "checkpoint \($0)" })
    for step in 1...5 {
      let next = try #require(diary.entries.firstIndex(of: "checkpoint \(step)"))
      #expect(next < diary.entries.firstIndex(of: "checkpoint \(step + 1)") ?? 0)
      #expect(try TrainingState(json: store.load(step: step).state).progress.step == step)
    }
    #expect(diary.pauses?.count == 6)
  }

  @Test("fails at the next border where the disk is full, as it does at once in the foreground")
  func full() throws {
    let disk = FileSystem { operation throws(FileError) in
      if case .synchronize(let path) = operation {
        throw FileError("synchronize", path, code: ENOSPC)
      }
    }
    let diary = StepDiary()
    let error = #expect(throws: CheckpointError.self) {
      _ = try train(steps: 1_000_000, every: 5, on: disk, diary)
    }
    guard case .diskFull(let path, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("step-000005"))
    // The next checkpoint's border is the last one where it can be told.
    #expect((5...10).contains(diary.entries.count), "\(diary.entries)")
    #expect(try FileSystem().names(in: folder.path) == [])
  }

  @Test("fails where the last one cannot be written")
  func lastFails() throws {
    let disk = FileSystem { operation throws(FileError) in
      throw FileError("change", "the disk", code: EIO)
    }
    let error = #expect(throws: CheckpointError.self) {
      _ = try train(steps: 2, every: 100, on: disk, StepDiary())
    }
    #expect(error?.description.contains("Input/output error") == true)
  }

  @Test("tells what could not be tidied up, and goes on")
  func warnings() throws {
    let disk = FileSystem { operation throws(FileError) in
      if case .link(let path, _) = operation, path.contains("/last") {
        throw FileError("create the link", path, code: EIO)
      }
    }
    let diary = StepDiary()
    let store = try train(steps: 1, every: 1, on: disk, diary)
    #expect(diary.entries.count == 4)
    #expect(diary.entries[1].hasPrefix("warning: the link `last` was not changed: cannot create"))
    #expect(try store.loadLatestValid().checkpoint.step == 1)
  }

  @Test("adds the pauses up")
  func pauses() {
    var pauses = CheckpointPauses()
    #expect(pauses.share == 0)
    for seconds in [0.25, 0.5, 0.125] { pauses.add(seconds) }
    pauses.runSeconds = 3.5
    #expect(pauses.count == 3 && pauses.seconds == 0.875 && pauses.longest == 0.5)
    #expect(pauses.share == 0.25)
  }
}
