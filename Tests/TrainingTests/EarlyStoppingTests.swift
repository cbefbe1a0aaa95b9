import Checkpoints
import Configuration
import DataParallelism
import Datasets
import DurableFiles
import Foundation
import JSONText
import MessagePassing
import Networks
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Runs with schedules and early stopping", .serialized)
struct EarlyStoppingTests {
  /// Points, and for validation other points whose labels are wrong: what is learned makes it worse.
  private static func contrary() -> DataSplits {
    let points = RunTests.points(12, from: 40)
    var features: [Float] = []
    var targets: [Float] = []
    for index in 40..<52 {
      let (x, y) = (Float(index * 7 % 11 - 5), Float(index * 5 % 13 - 6))
      features += [x, y]
      targets.append(x > y ? 0 : 1)
    }
    let wrong = Dataset(
      features: features, sampleShape: [2], targets: targets, classNames: ["below", "above"])
    return DataSplits(train: RunTests.points(20), validation: wrong, test: points)
  }

  private static func settings(
    _ length: TrainSettings.Length = .epochs(20), workers: Int = 2, rule: EarlyStopping? = nil
  ) -> TrainSettings {
    TrainSettings(
      length: length, globalBatch: 8, shards: 4, workers: workers, earlyStopping: rule)
  }

  private static let model = Sequential { Dense(2) }
  private static let optimizer = Adam(learningRate: 0.05)

  @Test("end early, and give the parameters of the best step back", arguments: [1, 2, 4])
  func stop(workers: Int) throws {
    let diary = Diary()
    let rule = EarlyStopping(patience: 2)
    let result = try Trainer(
      Self.model, data: Self.contrary(), optimizer: Self.optimizer,
      settings: Self.settings(workers: workers, rule: rule), seed: 4, observers: [diary]
    ).run()
    let stop = try #require(result.earlyStop)
    let best = try #require(stop.stagnation.bestStep)
    #expect(result.steps == best + 6 && stop.step == result.steps)
    #expect(result.restored?.step == best)
    #expect(diary.entries.suffix(3).first == stop.description)
    #expect(diary.entries.last == "test \(result.steps)")
    // What a run that ends there comes to.
    let short = try Trainer(
      Self.model, data: Self.contrary(), optimizer: Self.optimizer,
      settings: Self.settings(.steps(best)), seed: 4
    ).run()
    #expect(result.weightsHash == short.weightsHash)
    #expect(result.test == short.test)
    #expect(result.validation == short.validation)
  }

  @Test("keep the last parameters where the best are not asked for")
  func keepsLast() throws {
    let rule = EarlyStopping(patience: 2, restoresBest: false)
    let result = try Trainer(
      Self.model, data: Self.contrary(), optimizer: Self.optimizer,
      settings: Self.settings(rule: rule), seed: 4
    ).run()
    let short = try Trainer(
      Self.model, data: Self.contrary(), optimizer: Self.optimizer,
      settings: Self.settings(.steps(result.steps)), seed: 4
    ).run()
    #expect(result.earlyStop != nil && result.restored == nil)
    #expect(result.weightsHash == short.weightsHash)
  }

  @Test("restore the best at their regular end too")
  func completed() throws {
    let rule = EarlyStopping(patience: 100)
    let result = try Trainer(
      Self.model, data: Self.contrary(), optimizer: Self.optimizer,
      settings: Self.settings(.epochs(5), rule: rule), seed: 4
    ).run()
    #expect(result.earlyStop == nil && result.steps == 15)
    #expect(result.restored != nil)
  }

  @Test("come to other bits by a schedule, the same on any workers")
  func schedule() throws {
    func hash(_ schedule: Schedule, workers: Int) throws -> String {
      try Trainer(
        Self.model, data: Self.contrary(), optimizer: Self.optimizer, schedule: schedule,
        settings: Self.settings(.epochs(6), workers: workers), seed: 4
      ).run().weightsHash
    }
    let schedules = [
      Schedule(), Schedule(CosineSchedule(), warmup: Warmup(.steps(4))),
      Schedule(ReduceOnPlateau(patience: 0)), Schedule(OneCycleSchedule()),
    ]
    let hashes = try schedules.map { try hash($0, workers: 1) }
    #expect(Set(hashes).count == schedules.count)
    #expect(try schedules.map { try hash($0, workers: 3) } == hashes)
  }

  /// A run's checkpoints and how it ended.
  private struct Record {
    let end: TrainingEnd
    let weights: String
    let state: TrainingState
  }

  /// Trains in a folder of checkpoints, from one of them if a step is given.
  private static func train(
    _ schedule: Schedule, rule: EarlyStopping?, in folder: String, from step: Int? = nil,
    on disk: FileSystem = FileSystem(), observers: [any TrainingObserver] = []
  ) throws -> Record {
    try withWorld { world in
      var settings = Self.settings(.epochs(8), rule: rule)
      settings.checkpoint = CheckpointSettings(everySteps: 1, keepLast: 100)
      let plan = try TrainingPlan(
        model: model, data: contrary(), loss: CrossEntropy(), optimizer: optimizer,
        schedule: schedule, settings: settings, shards: 4, seed: 4)
      let session = try TrainingSession(plan, workers: 2, world: world)
      let store = try CheckpointStore.open(
        directory: folder, retention: plan.retention, fileSystem: disk)
      try session.initialize()
      var progress = TrainingProgress()
      if let step {
        let checkpoint = try store.load(step: step)
        let state = try TrainingState(json: checkpoint.state)
        try state.check(against: plan)
        try checkpoint.restore(
          model: session.modelTensors, optimizer: session.optimizerTensors)
        progress = state.progress
      }
      let end = try session.run(
        from: progress,
        borders: RunKeeper(session, writer: CheckpointWriter(store), observers: observers))
      let last = try store.loadLatestValid().checkpoint
      let record = Record(
        end: end, weights: weightsHash(session.modelTensors),
        state: try TrainingState(json: last.state))
      try session.exchange.close()
      return record
    }
  }

  @Test(
    "go on from any step with the bits of a run that was never stopped",
    arguments: [
      (Schedule(CosineSchedule(), warmup: Warmup(.steps(4), startFactor: 0.1)), nil),
      (Schedule(ReduceOnPlateau(factor: 0.5, patience: 1, cooldown: 1)), nil),
      (Schedule(ReduceOnPlateau(factor: 0.5, patience: 0)), EarlyStopping(patience: 4)),
    ] as [(Schedule, EarlyStopping?)])
  func resume(schedule: Schedule, rule: EarlyStopping?) throws {
    let folder = try TemporaryFolder(inMemory: true)
    let whole = try Self.train(schedule, rule: rule, in: folder.path)
    if schedule.curve is ReduceOnPlateau {
      #expect(whole.state.progress.plateau.reductions >= 2)
    }
    #expect((whole.end.earlyStop != nil) == (rule != nil))
    #expect(whole.state.progress.restoredStep == whole.end.earlyStop?.stagnation.bestStep)
    for step in [1, 3, 4, 7, whole.state.progress.step] {
      let resumed = try Self.train(schedule, rule: rule, in: folder.path, from: step)
      #expect(resumed.weights == whole.weights, "from step \(step)")
      #expect(resumed.state == whole.state, "from step \(step)")
      #expect(resumed.end == whole.end, "from step \(step)")
    }
  }

  @Test("write the best step's checkpoint whatever else is written, and keep it")
  func bestCheckpoint() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let rule = EarlyStopping(patience: 3)
    let whole = try Self.train(Schedule(), rule: rule, in: folder.path)
    let best = try #require(whole.state.progress.restoredStep)
    let store = CheckpointStore(directory: folder.path)
    let state = try TrainingState(json: store.load(step: best).state)
    #expect(state.progress.bestStep == best && state.progress.restoredStep == nil)
    let (result, _) = try CheckpointStore.load(
      folder.path, resultStep: TrainingProgress.restoredStep(in:))
    #expect(result.step == best)
    #expect(try CheckpointStore.load(folder.path).checkpoint.step == whole.state.progress.step)
  }

  @Test("restore the best once the checkpoints that are being written are complete")
  func restoreWhileWriting() throws {
    let rule = EarlyStopping(patience: 3)
    let fast = try Self.train(
      Schedule(), rule: rule, in: TemporaryFolder(inMemory: true).path)
    let diary = Diary()
    // Slow enough that the last checkpoint is far from complete when it is time to restore.
    let slow = try Self.train(
      Schedule(), rule: rule, in: TemporaryFolder(inMemory: true).path,
      on: FileSystem { _ in usleep(500) }, observers: [diary])
    #expect(slow.weights == fast.weights && slow.state == fast.state && slow.end == fast.end)
    let last = slow.state.progress.step
    let end = ["checkpoint \(last)", "test \(last)", "\(last) checkpoints"]
    #expect(diary.entries.suffix(4).filter { !$0.hasPrefix("parameters of step") } == end)
  }

  @Test("ask for the best step's checkpoint by name where it is gone")
  func missingBest() throws {
    let folder = try TemporaryFolder(inMemory: true)
    let rule = EarlyStopping(patience: 3)
    let whole = try Self.train(Schedule(), rule: rule, in: folder.path)
    let best = try #require(whole.state.progress.restoredStep)
    let path = try CheckpointStore(directory: folder.path).load(step: best).path
    try FileManager.default.removeItem(atPath: path)
    let error = #expect(throws: CheckpointError.self) {
      try Self.train(Schedule(), rule: rule, in: folder.path, from: whole.state.progress.step)
    }
    #expect(error?.description.contains(path) == true)
  }
}
